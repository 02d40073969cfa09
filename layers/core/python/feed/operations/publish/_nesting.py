"""How deep a piece of HTML nests, as an upper bound found in one pass, before a real parser is let near it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

_SPACE = "\t\n\f\r "
_NEXT = re.compile(r"<(?=[a-zA-Z/!?])")
_NAME = re.compile(rf"[^{_SPACE}/>]*")
_SKIPPED = re.compile(rf"[{_SPACE}/]*")
_BLANKS = re.compile(rf"[{_SPACE}]*")
_ATTRIBUTE = re.compile(rf"[^{_SPACE}/>=]*")
_UNQUOTED = re.compile(rf"[^{_SPACE}>]*")
_COMMENT_END = re.compile(r"--!?>")

_VOID = frozenset("area base br col embed hr img input link meta param source track wbr".split())
_RAW_TEXT = frozenset("script style textarea title xmp iframe noembed noframes".split())
# what a later tag of the group ends by itself, so that it never nests in its own kind
_ENDED_BY_NEXT = frozenset("p li dt dd tr td th tbody thead tfoot".split())
_FORMATTING = frozenset("a b big code em font i nobr s small strike strong tt u".split())
# inside these the parser follows rules of their own: from here on, no end tag is believed
_STRANGE = frozenset("svg math template select plaintext frameset noscript object applet marquee button".split())


class Depth(NamedTuple):
    """The most elements open at once, and the most formatting ones: a parser opens those again in every block."""

    elements: int
    formatting: int


def depth(html: str) -> Depth:
    """Never less than what a browser's parser would build.

    Tags are read as the HTML standard's tokenizer does (§13.2.5); an end tag counts only where it closes the element
    opened last, because the parser may ignore it anywhere else.
    """
    stack: list[str] = []
    deepest = formatting = 0
    believed = True
    for name, is_end in _tags(html):
        believed = believed and name not in _STRANGE
        if is_end:
            if believed:
                _close(stack, name)
            continue
        if name in _VOID:
            continue
        if name in _ENDED_BY_NEXT and believed:
            while stack and stack[-1] in _ENDED_BY_NEXT:
                stack.pop()
        stack.append(name)
        deepest = max(deepest, len(stack))
        if name in _FORMATTING:
            formatting = max(formatting, sum(item in _FORMATTING for item in stack))
        if deepest > _ENOUGH:
            break
    return Depth(deepest, formatting)


_ENOUGH = 1000
"""Nobody needs to know how much deeper it is."""


def _close(stack: list[str], name: str) -> None:
    """Close the last element, and those whose end tags may be left out before it."""
    place = len(stack) - 1
    while place >= 0 and stack[place] in _ENDED_BY_NEXT and stack[place] != name:
        place -= 1
    if place >= 0 and stack[place] == name:
        del stack[place:]


def _tags(html: str) -> Iterator[tuple[str, bool]]:
    """(name, is an end tag) of every tag, text inside raw elements and comments left out."""
    at = 0
    while (found := _NEXT.search(html, at)) is not None:
        start = found.end()
        is_end = html[start] == "/"
        name_at = start + is_end
        if name_at >= len(html):
            return
        if not (html[name_at].isascii() and html[name_at].isalpha()):
            at = _markup_end(html, start)
            continue
        name_end = _match_end(_NAME, html, name_at)
        name = html[name_at:name_end].lower()
        at = _tag_end(html, name_end)
        if at < 0:
            return
        yield name, is_end
        if name in _RAW_TEXT and not is_end:
            raw_end = _raw_end(html, at, name)
            if "<!--" in html[at:raw_end]:
                yield "noscript", False  # a script may hide its own end tag in a comment: believe nothing from here
            at = raw_end


def _tag_end(html: str, at: int) -> int:
    """Behind the `>` that ends the tag whose name ended here; -1 if the text ends first and the tag is dropped."""
    while True:
        at = _match_end(_SKIPPED, html, at)
        if at >= len(html):
            return -1
        if html[at] == ">":
            return at + 1
        at = _match_end(_ATTRIBUTE, html, at + 1)
        value = _match_end(_BLANKS, html, at)
        if html[value : value + 1] != "=":
            continue
        value = _match_end(_BLANKS, html, value + 1)
        quote = html[value : value + 1]
        if quote in ('"', "'"):
            at = html.find(quote, value + 1) + 1
            if at == 0:
                return -1
        elif quote == ">":
            at = value
        else:
            at = _match_end(_UNQUOTED, html, value)


def _markup_end(html: str, at: int) -> int:
    """Behind a comment, or behind what the tokenizer takes for one."""
    if not html.startswith("!--", at):
        end = html.find(">", at)
        return len(html) if end < 0 else end + 1
    at += 3
    for abrupt in (">", "->"):
        if html.startswith(abrupt, at):
            return at + len(abrupt)
    found = _COMMENT_END.search(html, at)
    return len(html) if found is None else found.end()


def _raw_end(html: str, at: int, name: str) -> int:
    found = re.compile(rf"</{name}(?=[{_SPACE}/>])", re.IGNORECASE).search(html, at)
    return len(html) if found is None else found.start()


def _match_end(pattern: re.Pattern[str], html: str, at: int) -> int:
    found = pattern.match(html, at)
    return at if found is None else found.end()
