"""What an author's HTML becomes before it is stored: sanitised, measured, summarised."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from html.parser import HTMLParser

from feed.domain.words import beginning, count_words
from feed.errors import InvalidRequest

MAX_NESTING = 100
SUMMARY_CHARACTERS = 120

_TAG = re.compile(r"<(/?)([a-zA-Z][^\s/>]*)")
_NEVER_OPEN = frozenset("area base br col embed hr img input link meta param source track wbr".split())
# their end tags may be left out: the next one, or the parent's end, closes them, so they alone never nest
_CLOSED_BY_OTHERS = frozenset("p li dt dd tr td th tbody thead tfoot option optgroup colgroup rt rp".split())
_TAGS = set(
    "a abbr b blockquote br code del div em figcaption figure h1 h2 h3 h4 h5 h6 hr i img ins kbd li mark ol p pre q s "
    "small span strong sub sup table tbody td th thead tr u ul".split()
)
_ATTRIBUTES = {"a": {"href", "title"}, "img": {"src", "alt", "title", "width", "height"}, "td": {"colspan", "rowspan"}}
_SCHEMES = ("http://", "https://", "mailto:")


@dataclass(frozen=True)
class Content:
    html: str
    summary: str
    words: int


def clean(html: str, summary: str | None) -> Content:
    """Raises InvalidRequest for HTML nested deeper than 100: the sanitiser's time grows with the square of depth."""
    import nh3

    depth = nesting(html)
    if depth > MAX_NESTING:
        why = f"It is nested {depth} elements deep; at most {MAX_NESTING} are allowed."
        raise InvalidRequest("The article's HTML is nested too deep.", fields={"html": why})
    safe = nh3.clean(
        html,
        tags=_TAGS,
        attributes=_ATTRIBUTES,
        attribute_filter=_without_relative_links,
        url_schemes={"http", "https", "mailto"},
        link_rel="noopener noreferrer nofollow ugc",
    )
    text = plain_text(safe)
    return Content(safe, beginning(text, SUMMARY_CHARACTERS) if summary is None else summary, count_words(text))


def nesting(html: str) -> int:
    """An upper bound of the depth of nested elements, in one pass: a stray end tag never lowers it."""
    open_tags: Counter[str] = Counter()
    depth = deepest = 0
    for slash, raw in _TAG.findall(html):
        name = raw.lower()
        if name in _NEVER_OPEN or name in _CLOSED_BY_OTHERS:
            continue
        if not slash:
            open_tags[name] += 1
            depth += 1
            deepest = max(deepest, depth)
        elif open_tags[name]:
            open_tags[name] -= 1
            depth -= 1
    return deepest


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


def _without_relative_links(_tag: str, attribute: str, value: str) -> str | None:
    """The sanitiser keeps `//host` and relative links, which would lead to wherever the page happens to be shown."""
    if attribute in ("href", "src") and not value.lower().startswith(_SCHEMES):
        return None
    return value
