"""Text cut into terms, as each analyzer does it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from alifakes.tablestore.engine.search.schema import Analyzer, Cut

FUZZY_CHARS = 1024  # (D) of a text, what lies behind is not indexed

# Han, hiragana and katakana: scripts that put no spaces between words.
_UNSPACED = "\u3005-\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003134f"
_WORD = rf"(?:(?![{_UNSPACED}])[^\W_])+"
_SINGLE = re.compile(rf"[{_UNSPACED}]|{_WORD}")
_SINGLE_DELIMITED = re.compile(rf"[{_UNSPACED}]|(?:(?![{_UNSPACED}])[^\W\d_])+|\d+")
_RUNS = re.compile(rf"[{_UNSPACED}]+|{_WORD}")
_UNSPACED_START = re.compile(rf"[{_UNSPACED}]")


class Token(NamedTuple):
    """A term, its place among the terms, and the characters [start, end) that it came from."""

    term: str
    position: int
    start: int
    end: int


def tokens(analyzer: Analyzer, text: str) -> list[Token]:
    """The terms of a text that is indexed, in its order."""
    folded = text if analyzer.case_sensitive else _lowered(text)
    if analyzer.cut is Cut.FUZZY:
        return [Token(folded[start:end], start, start, end) for start, end in _grams(analyzer, text)]
    return [
        Token(folded[start:end], position, start, end) for position, (start, end) in enumerate(_spans(analyzer, text))
    ]


def _lowered(text: str) -> str:
    """As long as the text was: the few letters that grow when they are lowered stay as they are."""
    lowered = text.lower()
    if len(lowered) == len(text):
        return lowered
    return "".join(small if len(small := letter.lower()) == 1 else letter for letter in text)


def query_terms(analyzer: Analyzer, text: str) -> list[str]:
    """The terms of a text that is looked for: those of the indexed text in which it stands, one place apart each."""
    if analyzer.cut is not Cut.FUZZY:
        return [token.term for token in tokens(analyzer, text)]
    text = text if analyzer.case_sensitive else _lowered(text)
    size = min(len(text), analyzer.max_chars)
    if size < analyzer.min_chars:
        return []
    return [text[at : at + size] for at in range(len(text) - size + 1)]


def _grams(analyzer: Analyzer, text: str) -> Iterator[tuple[int, int]]:
    """All runs of so many characters."""
    length = min(len(text), FUZZY_CHARS)
    for start in range(length):
        for end in range(start + analyzer.min_chars, min(start + analyzer.max_chars, length) + 1):
            yield start, end


def _spans(analyzer: Analyzer, text: str) -> list[tuple[int, int]]:
    if analyzer.cut is Cut.SPLIT:
        ends = [found.span() for found in re.finditer(re.escape(analyzer.delimiter) or r"\s+", text)]
        starts = [0, *(end for _, end in ends)]
        return [(start, end) for start, (end, _) in zip(starts, [*ends, (len(text), 0)], strict=True) if start < end]
    if analyzer.cut is Cut.SINGLE_WORD:
        pattern = _SINGLE_DELIMITED if analyzer.delimit_word else _SINGLE
        return [found.span() for found in pattern.finditer(text)]
    return [span for run in _RUNS.finditer(text) for span in _words(run)]


def _words(run: re.Match[str]) -> list[tuple[int, int]]:
    """A word as it is, of a script without spaces overlapping pairs of characters.

    The service looks words up in a dictionary that is not published. Pairs find a word of two characters wherever it
    stands; unlike the service they also find pairs that reach from one word into the next.
    """
    start, end = run.span()
    if end - start <= 2 or not _UNSPACED_START.match(run.group()):
        return [(start, end)]
    return [(at, at + 2) for at in range(start, end - 1)]
