"""How long a text is for its readers, and its beginning."""

from __future__ import annotations

import re

_WORD = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]|[^\W_\u3400-\u9fff\uf900-\ufaff]+(?:['’-][^\W_\u3400-\u9fff]+)*")


def count_words(text: str) -> int:
    """Chinese characters count one each, other words as they are separated."""
    return sum(1 for _ in _WORD.finditer(text))


def beginning(text: str, longest: int) -> str:
    """The text's first characters on one line, cut with an ellipsis that is counted."""
    line = " ".join(text.split())
    return line if len(line) <= longest else line[: longest - 1].rstrip() + "…"
