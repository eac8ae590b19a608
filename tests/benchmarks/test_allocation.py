import pytest

from benchmarks.allocation import SHAPES, Shape, draw, main, table


def test_the_same_seed_draws_the_same_network() -> None:
    assert draw(SHAPES[0], 3) == draw(SHAPES[0], 3)
    assert draw(SHAPES[0], 3) != draw(SHAPES[0], 4)


def test_only_a_top_list_names_somebody_over_capacity() -> None:
    lines = [line.split(" | ") for line in table([Shape("tiny", 12, 4, 3)]).splitlines()[2:]]
    over = {line[1]: float(line[-2]) for line in lines}
    assert over.pop("each need's own best") > 0
    assert set(over.values()) == {0}


def test_the_command_prints_the_table(capsys: pytest.CaptureFixture[str]) -> None:
    main(["new"])
    assert capsys.readouterr().out.count("| new |") == 5
