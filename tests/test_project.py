"""The project holds itself to its own shape: layers, settings, manifest, pins, words."""

import ast
import json
import re
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot import features
from bot.admin import listeners as admin
from bot.commands import Command
from bot.events import listeners as events
from bot.expertise import listeners as expertise
from bot.funding import listeners as funding
from bot.installing import SCOPES
from bot.matches import listeners as matches
from bot.needs import listeners as needs
from bot.settings import Settings

ROOT = Path(__file__).resolve().parent.parent
LAYERS = ("registry", "bot", "jobs", "playground")
LEAVES = ("matching", "feeds")
PACKAGES = (*LEAVES, *LAYERS)


def modules() -> Iterator[tuple[str, Path]]:
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            if "versions" in path.parts:
                continue
            name = ".".join(path.relative_to(ROOT).with_suffix("").parts)
            yield name.removesuffix(".__init__"), path


def imports_of(path: Path, known: set[str]) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            inside = {f"{node.module}.{alias.name}" for alias in node.names}
            found |= (inside & known) or {node.module}
    return {name for name in found if name.split(".")[0] in PACKAGES}


GRAPH = dict(modules())


@pytest.mark.parametrize("name", sorted(GRAPH))
def test_a_package_imports_only_packages_to_its_left(name: str) -> None:
    package = name.split(".", maxsplit=1)[0]
    allowed = {package}
    if package in LAYERS:
        allowed |= {*LEAVES, *LAYERS[: LAYERS.index(package)]}
    imported = {one.split(".")[0] for one in imports_of(GRAPH[name], set(GRAPH))}
    assert imported <= allowed


def test_no_import_goes_round_in_a_circle() -> None:
    graph = {name: imports_of(path, set(GRAPH)) & set(GRAPH) for name, path in GRAPH.items()}
    done: set[str] = set()

    def walk(name: str, above: tuple[str, ...]) -> None:
        assert name not in above, " -> ".join([*above, name])
        if name not in done:
            for other in sorted(graph[name] - {name}):
                walk(other, (*above, name))
            done.add(name)

    for name in graph:
        walk(name, ())


def test_every_setting_is_explained_once_in_the_example() -> None:
    lines = (ROOT / ".env.example").read_text().splitlines()
    named = [line.split("=")[0] for line in lines if re.match(r"^[A-Z_]+=", line)]
    assert sorted(named) == sorted(name.upper() for name in Settings.model_fields)


def test_the_examples_values_are_the_defaults(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text((ROOT / ".env.example").read_text())
    assert Settings(_env_file=tmp_path / ".env") == Settings(_env_file=None)


def manifest() -> dict[str, dict[str, object]]:
    loaded: dict[str, dict[str, object]] = json.loads((ROOT / "manifest.json").read_text())
    return loaded


def source_of_the_bot() -> str:
    return "\n".join(path.read_text() for name, path in GRAPH.items() if name.startswith("bot"))


def test_the_manifest_names_the_commands_that_the_code_answers() -> None:
    commands = manifest()["features"]["slash_commands"]
    named = {one["command"] for one in commands}  # type: ignore[attr-defined]
    assert named == set(re.findall(r'app\.command\("(/[a-z]+)"\)', source_of_the_bot()))


@pytest.mark.parametrize(
    "command",
    [one.COMMAND for one in (admin, events, expertise, funding, matches, needs)],
    ids=lambda command: command.name,
)
def test_the_manifest_hints_at_every_word_of_a_command(command: Command) -> None:
    commands = manifest()["features"]["slash_commands"]
    hints = {one["command"]: one["usage_hint"] for one in commands}  # type: ignore[attr-defined]
    hinted = [one.split()[-1] for one in hints[command.name].split(", ")]
    words = {word for word in command.words if " " not in word} | {"help"}
    assert words <= set(hinted)
    assert len(hinted) - len(words) in (0, 1)  # one more: what else than a word can be typed


def test_the_manifest_asks_for_the_scopes_that_the_code_asks_for() -> None:
    scopes = manifest()["oauth_config"]["scopes"]["bot"]  # type: ignore[index]
    assert tuple(scopes) == SCOPES


def test_the_manifest_subscribes_to_the_events_that_the_code_hears() -> None:
    events = manifest()["settings"]["event_subscriptions"]["bot_events"]  # type: ignore[index]
    assert set(events) == set(re.findall(r'app\.event\("([a-z_]+)"\)', source_of_the_bot()))


def test_every_card_that_is_posted_can_be_drawn() -> None:
    assert {"need", "need_news"} <= set(features.RENDERS)
    assert not set(features.DELIVERIES) & set(features.TASKS)


PINS = {
    "requirements.txt": (),
    "requirements-semantic.txt": ("semantic",),
    "requirements-dev.txt": ("semantic", "dev"),
    "requirements-bench.txt": ("semantic", "bench"),
}


@pytest.mark.parametrize("file", PINS)
def test_every_pin_is_exact_and_hashed_and_names_no_address(file: str) -> None:
    text = (ROOT / file).read_text()
    pins = re.findall(r"^[a-zA-Z0-9]", text, re.MULTILINE)
    exact = re.findall(r"^[a-zA-Z0-9_.\[\]-]+==[^ ]+ ", text, re.MULTILINE)
    assert len(pins) == len(exact) > 0
    assert "://" not in text
    assert "--index" not in text


@pytest.mark.parametrize("file", PINS)
def test_every_dependency_of_the_project_is_in_the_pins(file: str) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = [project["optional-dependencies"][one] for one in PINS[file]]
    pinned = (ROOT / file).read_text().lower()
    for wanted in sum(extras, project["dependencies"]):
        name = re.split(r"[\[=<>]", wanted)[0].lower()
        assert re.search(rf"^{re.escape(name)}(\[.*\])?==", pinned, re.MULTILINE), name


def test_nothing_that_is_tracked_names_a_path_of_a_machine() -> None:
    tracked = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.split()
    for name in tracked:
        path = ROOT / name
        if path.suffix in {".py", ".md", ".toml", ".json", ".html", ".js", ""} and path.is_file():
            text = path.read_text(errors="ignore")
            assert not re.search(r"/(home|root|Users|work)/\w", text), name


# Pages for people: what they name is there


PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
MADE_WHEN_RUN = {"var/"}
IN_EVERY_FEATURE = {"listeners.py", "views.py", "deliveries.py"}
LINK = re.compile(r"\]\(([^)#:]+)(?:#[^)]*)?\)")
PATH = re.compile(r"\.?[\w-]+(?:/[\w.-]+)*(?:\.(?:py|md|toml|csv|json|js|txt|example)|/)")


def words_in_code(text: str) -> set[str]:
    return {word for span in re.findall(r"`([^`\n]+)`", text) for word in span.split()}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_what_a_page_names_is_there(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    paths = {word for word in words_in_code(text) if PATH.fullmatch(word)}
    named = {ROOT / one for one in paths - MADE_WHEN_RUN - IN_EVERY_FEATURE}
    named |= {(page.parent / one).resolve() for one in LINK.findall(text)}
    assert [one for one in sorted(named) if not one.exists()] == []


def test_every_picture_of_the_readme_is_taken_by_the_browser_test() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    journey = (ROOT / "tests" / "playground" / "test_journey.py").read_text(encoding="utf-8")
    shown = set(re.findall(r"docs/screenshots/([\w-]+\.png)", readme))
    assert shown
    assert shown <= set(re.findall(r'pictures / "([\w-]+\.png)"', journey))


def test_every_make_command_that_a_page_names_is_there() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    for page in PAGES:
        spans = re.findall(r"`make ([a-z-]+)", page.read_text(encoding="utf-8"))
        assert set(spans) <= targets, page.name


def made(folder: Path, python: str) -> subprocess.CompletedProcess[str]:
    """Make an environment in a folder with that Python."""
    return subprocess.run(
        [
            "make",
            "--no-print-directory",
            f"VENV={folder}",
            f"PYTHON={python}",
            f"{folder}/bin/python",
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_python_that_is_too_old_is_told_in_one_line(tmp_path: Path) -> None:
    ended = made(tmp_path / "venv", "false")
    assert ended.returncode == 2
    assert ended.stdout == (
        "Python 3.11 or newer is needed, and false is not: make run PYTHON=python3.12\n"
    )


def test_an_environment_that_was_only_half_made_does_not_stay(tmp_path: Path) -> None:
    half = tmp_path / "python"
    half.write_text(
        '#!/bin/sh\n[ "$1" = -c ] && exit 0\nmkdir -p "$3/bin"; touch "$3/bin/python"\nexit 1\n'
    )
    half.chmod(0o755)
    assert made(tmp_path / "venv", str(half)).returncode == 2
    assert not (tmp_path / "venv").exists()


def test_measuring_how_well_it_ranks_asks_for_a_file_before_anything_is_installed() -> None:
    ended = subprocess.run(
        ["make", "--no-print-directory", "bench-quality", "DATA="],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 2
    assert ended.stdout == "Name the file of judged pairs: make bench-quality DATA=pairs.jsonl\n"


def test_the_readme_names_every_word_of_every_command() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    for listeners in (needs, expertise, matches, funding, events, admin):
        command = listeners.COMMAND
        row = next(line for line in readme.splitlines() if line.startswith(f"| `{command.name}`"))
        named = set(re.findall(r"`([a-z]+)`", row))
        assert named == {word.split()[0] for word in command.words}, command.name
