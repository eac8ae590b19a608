"""Whether weights and bars were fitted to the rows: chosen on four fifths, measured on the fifth.

Each need is left out once. What the others would choose is told beside what production has; were
production's figures an accident of these rows, the two would differ.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matching.matcher import Pair
from matching.weights import BARS, MEANING, WORDS

FIFTHS = 5
SHARES_OF_WORDS = (0.4, 0.45, 0.5, 0.55, 0.6, 0.65, 0.7)
TOP = 10
Numbers = NDArray[np.float64]
Places = NDArray[np.int64]


@dataclass(frozen=True)
class Scored:
    """Every need's candidates: its row has the words and the meaning of each profile, else 0.

    The right profile of a need has the need's own number.
    """

    words: Numbers
    meaning: Numbers

    @classmethod
    def of(cls, found: Sequence[dict[str, Pair]]) -> "Scored":
        """From the pairs of each need, by the profile's number."""
        words, meaning = np.zeros((2, len(found), len(found)))
        for need, pairs in enumerate(found):
            for id_, pair in pairs.items():
                words[need, int(id_)] = pair.words
                meaning[need, int(id_)] = pair.meaning or 0.0
        return cls(words, meaning)

    def blend(self, share: float) -> Numbers:
        """The scores where words have that share, and meaning the rest."""
        return share * self.words + (1 - share) * self.meaning

    def best_wrong(self) -> Numbers:
        """Each need's best score as in production, were its right profile not there."""
        scores = WORDS * self.words + MEANING * self.meaning
        np.fill_diagonal(scores, 0)
        return np.asarray(scores.max(axis=1))


def gains(scores: Numbers) -> Numbers:
    """nDCG@10 of each need."""
    right = np.diag(scores)[:, None]
    places = (scores > right).sum(axis=1)
    return np.where((places < TOP) & (right[:, 0] > 0), 1 / np.log2(places + 2), 0.0)


def fifths(how_many: int) -> Iterator[tuple[Places, Places]]:
    """The needs that choose, and those that are left out: each is once."""
    order = np.random.default_rng(5).permutation(how_many)
    for out in np.array_split(order, FIFTHS):
        yield np.setdiff1d(order, out), out


def weights(scored: Scored) -> str:
    """What the others choose for the share of words, and how well it does on those left out."""
    found = np.column_stack([gains(scored.blend(share)) for share in SHARES_OF_WORDS])
    chosen, held_out = [], np.empty(len(found))
    for among, out in fifths(len(found)):
        best = int(found[among].mean(axis=0).argmax())
        chosen.append(f"{SHARES_OF_WORDS[best]:.2f}")
        held_out[out] = found[out, best]
    production = gains(scored.blend(WORDS)).mean()
    return (
        f"words' share {' '.join(chosen)}: nDCG@10 {held_out.mean():.4f}; "
        f"{WORDS} as in production: {production:.4f}"
    )


def bars(scored: Scored) -> Iterator[str]:
    """The bar that as many of the others reach as in production, and how many left out do."""
    best = scored.best_wrong()
    for bar in BARS:
        share = float((best >= bar.both).mean())
        chosen, reached = [], 0
        for among, out in fifths(len(best)):
            chosen.append(float(np.quantile(best[among], 1 - share)))
            reached += int((best[out] >= chosen[-1]).sum())
        yield (
            f"{bar.band.value}: {bar.both} is reached by {share:.3f}; "
            f"bars of {min(chosen):.3f} to {max(chosen):.3f} by {reached / len(best):.3f}"
        )
