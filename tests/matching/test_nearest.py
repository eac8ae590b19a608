"""The rows nearest to a query, found in full or by a first look."""

from functools import cache

import numpy as np

from benchmarks.corpus import vectors
from matching.meanings import Meanings
from matching.nearest import MANY, Matrix, Nearest

TOP = 50


@cache
def many() -> Matrix:
    return vectors(MANY + TOP)


def exactly(matrix: Matrix, query: Matrix) -> set[int]:
    return set(np.argsort(-(matrix @ query))[:TOP].tolist())


def test_few_rows_are_compared_in_full() -> None:
    few = Nearest.of(many()[: MANY - 1])
    for query in many()[-5:]:
        assert set(few.search(query, TOP).tolist()) == exactly(few.matrix, query)


def test_of_many_rows_hardly_one_in_a_hundred_is_missed() -> None:
    ready = Nearest.of(many()[:MANY])
    assert ready.heads is not None
    shared = [
        len(exactly(ready.matrix, query) & set(ready.search(query, TOP).tolist())) / TOP
        for query in many()[MANY:]
    ]
    assert np.mean(shared) > 0.99


def test_what_is_found_is_the_best_of_what_was_looked_at_in_full() -> None:
    ready = Nearest.of(many()[:MANY])
    found = ready.search(ready.matrix[7], 1)
    assert found.tolist() == [7]


def test_all_that_tie_are_found() -> None:
    matrix = np.repeat(np.eye(3, dtype=np.float32), 4, axis=0)
    assert Nearest.of(matrix).search(matrix[0], 2).tolist() == [0, 1, 2, 3]


def test_nothing_is_near_where_there_is_nothing_or_the_model_is_another() -> None:
    assert not len(Nearest.of(np.zeros((0, 0), np.float32)).search(many()[0], TOP))
    assert not len(Nearest.of(many()[:9]).search(many()[0][:100], TOP))


def test_a_change_in_a_large_network_is_found_at_once() -> None:
    meanings = Meanings()
    for number, vector in enumerate(many()[:MANY]):
        meanings.put(f"{number:05d}", vector[None])
    meanings.search(many()[0], top=1)
    query = many()[-1]
    meanings.put("new", query[None])
    meanings.remove("00007")
    assert meanings.search(query, top=3)[0].id == "new"
    assert "00007" not in {hit.id for hit in meanings.search(many()[7], top=TOP)}
