"""What an author's HTML becomes before it is stored: sanitised, measured, summarised."""

from __future__ import annotations

from typing import NamedTuple

from feed.domain.articles import Article
from feed.domain.words import beginning, count_words, plain_text
from feed.errors import InvalidRequest
from feed.operations.publish._nesting import depth

RULES = 1
"""To be raised with every change of what follows: rows of before are sanitised anew when they are read."""
MAX_NESTING = 100
MAX_FORMATTING = 12
MAX_CLEANED_BYTES = 200 * 1024
"""Twice of what may be sent: links get a `rel`, unclosed elements are closed."""
SUMMARY_CHARACTERS = 120

_TAGS = set(
    "a abbr b blockquote br code del div em figcaption figure h1 h2 h3 h4 h5 h6 hr i img ins kbd li mark ol p pre q s "
    "small span strong sub sup table tbody td th thead tr u ul".split()
)
_ATTRIBUTES = {"a": {"href", "title"}, "img": {"src", "alt", "title", "width", "height"}, "td": {"colspan", "rowspan"}}
_SCHEMES = ("http://", "https://", "mailto:")
_CONTROLS = {code: None for code in [*range(32), *range(127, 160)] if chr(code) not in "\n\t"}


class Content(NamedTuple):
    html: str
    text: str
    words: int

    @property
    def summary(self) -> str:
        return beginning(self.text, SUMMARY_CHARACTERS)


def clean(html: str) -> Content:
    """Raises InvalidRequest for HTML that would cost the sanitiser more than its size lets expect.

    Its time grows with the square of the nesting, and its output with formatting elements that are never closed.
    """
    found = depth(html)
    if found.elements > MAX_NESTING:
        raise _refused(f"It is nested more than {MAX_NESTING} elements deep, or leaves as many open.")
    if found.formatting > MAX_FORMATTING:
        raise _refused(f"More than {MAX_FORMATTING} formatting elements are open inside each other.")
    safe = _sanitised(html)
    size = len(safe.encode())
    if size > MAX_CLEANED_BYTES:
        raise _refused(f"It has {size} bytes once it is cleaned; at most {MAX_CLEANED_BYTES} are allowed.")
    text = plain_text(safe)
    return Content(safe, text, count_words(text))


def safe(article: Article) -> Article:
    """A stored one, its HTML by today's rules; without any where they refuse it altogether."""
    if article.html_rules >= RULES:
        return article
    try:
        return article._replace(html=clean(article.html).html)
    except InvalidRequest:
        return article._replace(html="")


def made_summary(html: str) -> str:
    """The summary that this stored HTML gets when its author gives none."""
    return beginning(plain_text(html), SUMMARY_CHARACTERS)


def is_made(summary: str, html: str) -> bool:
    """Whether it is what this stored HTML gets when its author gives none, or got up to release 0.1.0."""
    line = " ".join(plain_text(html).split())
    former = line if len(line) <= SUMMARY_CHARACTERS else line[: SUMMARY_CHARACTERS - 1].rstrip() + "…"
    return summary in (made_summary(html), former)


def _sanitised(html: str) -> str:
    import nh3

    safe = nh3.clean(
        html,
        tags=_TAGS,
        attributes=_ATTRIBUTES,
        attribute_filter=_without_relative_links,
        url_schemes={"http", "https", "mailto"},
        link_rel="noopener noreferrer nofollow ugc",
    )
    return safe.translate(_CONTROLS)  # character references can bring in what was refused as a character


def _without_relative_links(_tag: str, attribute: str, value: str) -> str | None:
    """The sanitiser keeps `//host` and relative links, which would lead to wherever the page happens to be shown."""
    if attribute in ("href", "src") and not value.lower().startswith(_SCHEMES):
        return None
    return value


def _refused(why: str) -> InvalidRequest:
    return InvalidRequest("The article's HTML cannot be accepted.", fields={"html": why})
