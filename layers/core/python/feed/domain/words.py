"""The text of an article's HTML, how long it is for its readers, and its beginning."""

from __future__ import annotations

import re
from html.parser import HTMLParser

_WORD = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]|[^\W_\u3400-\u9fff\uf900-\ufaff]+(?:['’-][^\W_\u3400-\u9fff]+)*")
_GAP = re.compile(r"(?<=[\u3000-\u30ff\uff00-\uffef”’…]) (?=[\u3000-\u9fff\uf900-\ufaff\uff00-\uffef“‘])")
"""A blank behind a Chinese sentence or clause, where elements met: Chinese is set without."""
_BEFORE_ELLIPSIS = " .,;:…。，、；："


def count_words(text: str) -> int:
    """Chinese characters count one each, other words as they are separated."""
    return sum(1 for _ in _WORD.finditer(text))


def beginning(text: str, longest: int) -> str:
    """The text's first characters on one line, cut with an ellipsis that is counted and follows no full stop."""
    line = _GAP.sub("", " ".join(text.split()))
    return line if len(line) <= longest else line[: longest - 1].rstrip(_BEFORE_ELLIPSIS) + "…"


def plain_text(safe_html: str) -> str:
    """The text of sanitised HTML, elements separated by a blank."""
    collector = _Text()
    collector.feed(safe_html)
    collector.close()
    return " ".join(collector.parts)


class _Text(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.parts: list[str] = []

    def handle_data(self, data: str) -> None:
        self.parts.append(data)
