"""Postings: what was added is found until it is removed, and leaves nothing behind."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from alifakes.tablestore.engine.search.postings import Postings, TextPostings, ValuePostings
from alifakes.tablestore.engine.search.schema import Analyzer

CHANGES = st.lists(
    st.tuples(st.integers(0, 5), st.lists(st.sampled_from(["a", "ab", "b", "a b", "b a a"]), max_size=3)), max_size=20
)


def _play(postings: Postings[Any], changes: list[tuple[int, list[str]]]) -> dict[int, list[str]]:
    held: dict[int, list[str]] = {}
    for document, values in changes:
        if document in held:
            postings.remove(document, held.pop(document))
        if values:
            postings.add(document, values)
            held[document] = values
    return held


@given(CHANGES)
def test_values(changes: list[tuple[int, list[str]]]) -> None:
    postings = ValuePostings()
    held = _play(postings, changes)
    assert set(postings.documents) == set(held)
    for value in ("a", "ab", "b", "a b", "b a a", "c"):
        assert set(postings.of(value)) == {document for document, values in held.items() if value in values}
    assert list(postings.starting("")) == sorted({value for values in held.values() for value in values})


@given(CHANGES)
def test_terms(changes: list[tuple[int, list[str]]]) -> None:
    postings = TextPostings(Analyzer())
    held = {document: " ".join(values).split() for document, values in _play(postings, changes).items()}
    assert postings.lengths == {document: len(terms) for document, terms in held.items()}
    assert postings.total_length == sum(map(len, held.values()))
    for term in ("a", "ab", "b"):
        assert {document: len(places) for document, places in postings.positions(term).items()} == {
            document: terms.count(term) for document, terms in held.items() if term in terms
        }
    assert list(postings.starting("")) == sorted({term for terms in held.values() for term in terms})
