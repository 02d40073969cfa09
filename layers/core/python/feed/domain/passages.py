"""What a search looks for in a text, and the passages that show it; words are cut as the search index cuts them."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator, Sequence

Span = tuple[int, int]
"""Characters [start, end)."""

_OPEN, _CLOSE = "<em>", "</em>"
# Han, hiragana and katakana put no blanks between words: each character is one
_UNSPACED = "\u3005-\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003134f"
_WORD = re.compile(rf"[{_UNSPACED}]|(?:(?![{_UNSPACED}])[^\W_])+")


def parts(query: str) -> list[str]:
    """What stands between white space, each to be looked for as a phrase; what holds no word is left out."""
    return [part for part in query.split() if _WORD.search(part)]


class Passages:
    """One text, cut into words."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._words: list[Span] = [found.span() for found in _WORD.finditer(text)]
        self._folded = [text[start:end].lower() for start, end in self._words]

    def places(self, part: str) -> list[Span]:
        """Every word of the text that belongs to the part's words in a row."""
        wanted = [word.lower() for word in _WORD.findall(part)]
        starts = (at for at, word in enumerate(self._folded) if word == wanted[0])
        rows = [at for at in starts if self._folded[at : at + len(wanted)] == wanted]
        return [place for at in rows for place in self._words[at : at + len(wanted)]]

    def excerpts(self, places: Iterable[Span], most: int, characters: int) -> list[str]:
        """At most so many passages around these words, in the text's order: HTML in which only `<em>` is markup."""
        left = sorted(set(places))
        shown: list[str] = []
        behind = 0
        while left and len(shown) < most:
            start, end = self._window(left[0], behind, characters)
            inside = [place for place in left if place[1] <= end]
            shown.append(joined("".join(self._marked(start, end, inside))))
            left, behind = left[len(inside) :], end
        return shown

    def _window(self, first: Span, behind: int, characters: int) -> Span:
        """A passage that begins a little before the place, and cuts no word."""
        start = max(behind, first[0] - characters // 4)
        if start > 0:
            start = next(word[0] for word in self._words if word[0] >= start)
        end = start + characters
        if end < len(self._text):
            end = max([word[1] for word in self._words if word[1] <= end and word[1] > first[0]], default=first[1])
        return start, min(end, len(self._text))

    def _marked(self, start: int, end: int, inside: Sequence[Span]) -> Iterator[str]:
        at = start
        for place in inside:
            yield _escaped(self._text[at : place[0]])
            yield f"{_OPEN}{_escaped(self._text[slice(*place)])}{_CLOSE}"
            at = place[1]
        yield _escaped(self._text[at:end])


def joined(excerpt: str) -> str:
    """Neighbouring words under one mark, as a Chinese word's characters are."""
    return excerpt.replace(_CLOSE + _OPEN, "")


def _escaped(text: str) -> str:
    """As Tablestore does it."""
    return html.escape(text).replace("/", "&#x2F;")
