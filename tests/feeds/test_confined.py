"""A process that reads what was made to cost much is stopped."""

from collections.abc import Callable
from pathlib import Path

import pytest

from feeds import confined
from feeds.confined import Unread, in_a_process

SPIN = """
from feeds.confined import confine
confine(1)
while True:
    pass
"""
HOARD = """
from feeds.confined import confine
confine(20, megabytes=300)
kept = bytes(400 * 1024 * 1024)
"""
SWALLOWED = """
from feeds.confined import Overrun, confine, relent

class Greedy:
    def __del__(self):
        while True:
            pass

confine(1)
Greedy()
try:
    while True:
        pass
except Overrun:
    relent()
    print("heard")
"""
SLEEP = "import time; time.sleep(600)"


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Writes a module `greedy` beside ours, run in place of a reader."""
    root = Path(confined.__file__).parents[1]
    (tmp_path / "feeds").symlink_to(root / "feeds")
    monkeypatch.setattr(confined, "_ROOT", tmp_path)

    def write(source: str) -> None:
        (tmp_path / "greedy.py").write_text(source)

    return write


@pytest.mark.parametrize(("source", "seconds"), [(SPIN, 60), (HOARD, 60), (SLEEP, 1)])
async def test_what_costs_too_much_is_stopped(
    program: Callable[[str], None], source: str, seconds: float
) -> None:
    program(source)
    with pytest.raises(Unread) as stopped:
        await in_a_process("greedy", b"", seconds=seconds)
    assert stopped.value.words == "That file takes too long to read. Look for a shorter one."


async def test_what_swallows_the_end_of_its_time_is_told_again(
    program: Callable[[str], None],
) -> None:
    program(SWALLOWED)
    assert await in_a_process("greedy", b"", seconds=60) == b"heard\n"


async def test_hands_back_what_the_process_prints_or_says(program: Callable[[str], None]) -> None:
    program(
        "import sys; sys.stdout.write(sys.stdin.read() + sys.argv[1]); sys.exit(int(sys.argv[2]))"
    )
    assert await in_a_process("greedy", b"one ", "two", "0", seconds=60) == b"one two"
    program("import sys; sys.stderr.write('No.\\n'); sys.exit(2)")
    with pytest.raises(Unread, match=r"^No\.$"):
        await in_a_process("greedy", b"", seconds=60)
