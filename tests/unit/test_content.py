"""Articles' HTML: the bound on its nesting, judged by a real parser, and what is left of hostile text."""

from __future__ import annotations

from html.parser import HTMLParser

import nh3
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from feed.errors import InvalidRequest
from feed.operations.publish._content import clean, is_made, made_summary
from feed.operations.publish._nesting import Depth, depth

NAMES = "b i a div span p li ul table tr td tbody rt rp ruby option select button svg script style h1 x-y".split()
VOID = frozenset("area base br col embed hr img input link meta source track wbr".split())
FORMATTING = frozenset("a b big code em font i nobr s small strike strong tt u".split())
ATTRIBUTES = ["", " a=1", ' a="></b>"', " a='</i>'", " a=</b>", ' a=x"', "/", " =", ' a="', " a = >"]
STRAY = ["x", "<!--", "-->", "<!-->", "--!>", "<!b>", "<?b>", "</>", "</ b>", "<", "&lt;", "</b", "<b", '"', "'>"]

PIECES = st.one_of(
    st.builds(lambda name, attribute: f"<{name}{attribute}>", st.sampled_from(NAMES), st.sampled_from(ATTRIBUTES)),
    st.builds(
        lambda name, attribute: f"</{name}{attribute}>", st.sampled_from(NAMES), st.sampled_from(["", " ", " a"])
    ),
    st.sampled_from(STRAY),
)


class Measured(HTMLParser):
    """The nesting of what a real parser made of it, which it writes with every element closed."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.deepest = 0

    def handle_starttag(self, tag: str, _attributes: object) -> None:
        if tag not in VOID:
            self.open.append(tag)
            self.deepest = max(self.deepest, len(self.open))

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            assert self.open.pop() == tag


def parsed_depth(html: str) -> int:
    """The depth of the tree that the sanitiser's parser builds, of the elements that it may keep."""
    kept = {name for name in NAMES if name not in ("script", "style", "select", "svg")}
    made = nh3.clean(html, tags=kept, attributes={}, strip_comments=True, link_rel=None)
    measured = Measured()
    measured.feed(made)
    measured.close()
    return measured.deepest


@given(st.lists(PIECES, max_size=40).map("".join))
@example("<b a=</b>" * 10)
@example("<b><script><!--<script></script></b>--></script>" * 5)
@example("<div><table><td></div></table>" * 5)
@example('<b a="></b>">' * 5)
@example("<p><i>" * 5)
@example("<rt>" * 9)
def test_the_bound_is_never_below_what_a_parser_builds(html: str) -> None:
    # a parser opens a table's body and row by itself: up to two elements that nobody wrote, per table that was
    implied = 2 * html.lower().count("<table") + 2 * html.lower().count("<td") + html.lower().count("<tr")
    closed_again = 1  # a stray </p> makes an empty paragraph
    assert depth(html).elements + implied + closed_again >= parsed_depth(html)


@pytest.mark.parametrize(
    ("html", "elements", "formatting"),
    [
        ("", 0, 0),
        ("<p>a<p>b<br><img>", 1, 0),
        ("<ul><li>a<ul><li>b</ul><li>c</ul>", 4, 0),
        ("<table><tr><td>a<td>b<tr><td>c</table><table></table>", 2, 0),
        ("<div><span></span></div><div></div>", 2, 0),
        ("<b><i>x</i></b><b>y</b>", 2, 2),
        ("<DIV><Div>", 2, 0),
        ("<!-- <div><div> --><div></div>", 1, 0),
        ("<script>'<div><div>'</script><div>", 1, 0),
    ],
)
def test_well_formed_html_is_measured_exactly(html: str, elements: int, formatting: int) -> None:
    assert depth(html) == Depth(elements, formatting)


@pytest.mark.parametrize(
    "bomb",
    [
        "".join(f"<i a={number}>" for number in range(90)) + "<p>x" * 20_000,
        "<div>" + "".join(f"<i a={number}>" for number in range(12)) + "x</div>" + "<div>y</div>" * 8_000,
        "<b a=</b>" * 11_000,
        "<rt>" * 25_000,
        "<div>" * 20_000,
        "<li>" * 25_000,
        "<a href=https://e.com>x</a>" * 3_700,
    ],
)
def test_bombs_are_refused(bomb: str) -> None:
    with pytest.raises(InvalidRequest) as refusal:
        clean(bomb[:102_400])
    assert set(refusal.value.fields) == {"html"}


def test_control_characters_do_not_come_in_as_references() -> None:
    assert clean("<p>a&#7;b&#x85;c&#10;d</p>").html == "<p>ab…c\nd</p>"


def test_a_made_summary_is_recognised_again() -> None:
    content = clean("<h1>山里</h1><p>有 &amp; 没有</p>")
    assert content.summary == made_summary(content.html) == "山里 有 & 没有"


def test_a_made_summary_of_an_earlier_release_is_recognised_too() -> None:
    short, long = "<p>雨停了。</p><p>山更近。</p>", f"<p>{'雨' * 118}。</p><p>山</p>"
    assert is_made("雨停了。山更近。", short)
    assert is_made("雨停了。 山更近。", short)
    assert is_made(f"{'雨' * 118}。…", long)
    assert is_made(made_summary(long), long)
    assert not is_made("雨停了。", short)
