"""Draws what `benchmarks.quality` measured."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from benchmarks.quality import Measured

TITLES = {"need_short": "Needs of one line", "need_long": "Needs of a paragraph"}
OURS, THEIRS = "#1a6b54", "#9aa5b1"


def draw(results: Sequence["Measured"], place: Path) -> None:
    """Bars with their intervals, one half for each kind of need; `place` gets .png and .svg."""
    import matplotlib as mpl  # noqa: PLC0415 - the `bench` extra

    mpl.use("Agg")
    mpl.rcParams["svg.hashsalt"] = "docking-point"  # the same figures give the same file
    from matplotlib import pyplot as plt  # noqa: PLC0415

    kinds = list(dict.fromkeys(one.needs for one in results))
    figure, axes = plt.subplots(1, len(kinds), figsize=(11, 4), sharey=True, squeeze=False)
    for axis, needs in zip(axes[0], kinds, strict=True):
        _half(axis, [one for one in results if one.needs == needs], TITLES.get(needs, needs))
    figure.tight_layout()
    place.parent.mkdir(parents=True, exist_ok=True)
    for ending in ("png", "svg"):
        about = {"Date": None} if ending == "svg" else {}
        figure.savefig(place.with_suffix(f".{ending}"), dpi=120, metadata=about)
    plt.close(figure)


def _half(axis: Any, results: Sequence["Measured"], title: str) -> None:
    names = [one.name for one in results]
    means = [one.ndcg for one in results]
    errors = [
        [one.ndcg - one.interval[0] for one in results],
        [one.interval[1] - one.ndcg for one in results],
    ]
    colours = [OURS if name.startswith("ours") else THEIRS for name in names]
    axis.barh(names, means, xerr=errors, color=colours, ecolor="#333333", capsize=2)
    axis.invert_yaxis()
    axis.set_title(title)
    axis.set_xlabel("nDCG@10, with its 95% interval")
    axis.set_xlim(0.5, 0.95)
    axis.grid(axis="x", alpha=0.3)
    for place, mean in enumerate(means):
        axis.text(0.505, place, f"{mean:.3f}", va="center", color="white")
