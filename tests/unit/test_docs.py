"""Documents: what is built is up to date, links lead somewhere, and both languages say the same."""

from __future__ import annotations

import re
import subprocess
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

import benchmarks
from commands.docs import command
from commands.running import ROOT

FENCE = re.compile(r"^```.*?^```$", re.M | re.S)
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
CODE = re.compile(r"[!-~]*[0-9/._$=-][!-~]*", re.ASCII)
DRAWN = re.compile(r"""\"[^"]*"|\(\[.*?\]\)|\[\(.*?\)\]|\[[^\]]*\]|\{\{.*?\}\}""")
CHINESE = ".zh-CN.md"


def _pages() -> list[Path]:
    """Every page that is in the repository, or is about to be."""
    asked = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "*.md"]
    listed = subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, check=True).stdout.splitlines()
    return [ROOT / name for name in listed if (ROOT / name).exists()]


PAGES = _pages()
PAIRS = [(page.with_name(page.name.replace(CHINESE, ".md")), page) for page in PAGES if page.name.endswith(CHINESE)]


def _prose(page: Path) -> str:
    return FENCE.sub("", page.read_text("utf-8"))


@cache
def _anchors(page: Path) -> set[str]:
    """As GitHub makes them from headings; a repeated one is numbered."""
    seen: Counter[str] = Counter()
    anchors = set()
    for words in re.findall(r"^#+ (.*)$", _prose(page), re.M):
        kept = "".join(c for c in re.sub(r"\]\([^)]*\)", "]", words).lower() if c.isalnum() or c in " -_")
        slug = kept.replace(" ", "-")
        anchors.add(f"{slug}-{seen[slug]}" if seen[slug] else slug)
        seen[slug] += 1
    return anchors


def _links(page: Path) -> list[str]:
    return [target for target in LINK.findall(_prose(page)) if "://" not in target]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_links_lead_somewhere(page: Path) -> None:
    wrong = []
    for target in _links(page):
        path, _, anchor = target.partition("#")
        there = page.parent / path if path else page
        if not there.exists() or (anchor and anchor not in _anchors(there)):
            wrong.append(target)
    assert wrong == []


def test_every_page_of_docs_and_every_picture_is_linked() -> None:
    linked = {(page.parent / target.partition("#")[0]).resolve() for page in PAGES for target in _links(page)}
    folders = {file for file in linked if file.is_dir()}
    files = [file for file in (ROOT / "docs").rglob("*.*") if file.suffix in (".md", ".svg", ".png", ".json")]
    assert [file.name for file in files if file not in linked and file.parent not in folders] == []


def _shape(page: Path) -> dict[str, list[str]]:
    """What does not depend on the language."""
    text, prose = page.read_text("utf-8"), _prose(page)
    rows = [row.strip("|").split(" | ") for row in re.findall(r"^\|.*\|$", prose, re.M)]
    return {
        "headings": re.findall(r"^(#+) ", prose, re.M),
        "commands": [line for block in FENCE.findall(text) for line in _untranslated(block)],
        "pictures": re.findall(r"!\[[^\]]*\]\(([^)]*)\)", prose),
        "rows": [" ".join([str(len(row)), *re.findall(r"`[^`]*`", row[0])]) for row in rows],
        "links": sorted(target.replace(CHINESE, ".md").partition("#")[0] for target in _links(page)),
    }


def _untranslated(block: str) -> Iterator[str]:
    """Of each line what no language changes: figures, options, paths, variables; of a drawing, names and arrows."""
    for line in block.splitlines():
        if block.startswith("```mermaid"):
            yield DRAWN.sub("", line)
        else:
            yield " ".join(CODE.findall(re.sub(r"(?<!\S)# .*", "", line)))


@pytest.mark.parametrize(("english", "chinese"), PAIRS, ids=lambda page: page.name)
def test_both_languages_have_the_same(english: Path, chinese: Path) -> None:
    ours, theirs = _shape(english), _shape(chinese)
    for what in ours:
        assert ours[what] == theirs[what], what


def test_there_are_pages_in_two_languages() -> None:
    assert ROOT / "README.md" in {english for english, _ in PAIRS}


@pytest.mark.parametrize("readme", ["README.md", "README.zh-CN.md"])
def test_what_a_readme_prints_of_the_costs_stands_in_their_page(readme: str) -> None:
    (shown,) = _printed(ROOT / readme, "scripts/cost")
    (whole,) = _printed(ROOT / "docs" / "cost.md", "scripts/cost")
    assert len(shown) > 10
    assert [line for line in shown if line not in whole] == []


def _printed(page: Path, command: str) -> list[list[str]]:
    """The lines of each block that begins with this command."""
    blocks = (block.splitlines()[1:-1] for block in FENCE.findall(page.read_text("utf-8")))
    return [block for block in blocks if block[:1] == [f"$ {command}"]]


def test_every_command_is_listed() -> None:
    """In both languages, as their rows are compared."""
    listed = (ROOT / "docs" / "commands.md").read_text("utf-8")
    scripts = [file.name for file in (ROOT / "scripts").iterdir() if file.is_file() and not file.suffix]
    assert len(scripts) > 20
    wanted = [*scripts, *(f"bench {name}" for name in benchmarks.NAMES)]
    assert [name for name in wanted if not re.search(rf"^\| `scripts/{name}[` ]", listed, re.M)] == []


def test_an_examples_address_can_be_sent_as_it_stands() -> None:
    page = (ROOT / "docs" / "api.md").read_text("utf-8")
    addresses = re.findall(r"^[A-Z]+ (/.*)$", page, re.M)
    assert len(addresses) > 30
    assert [address for address in addresses if not re.fullmatch(r"[!-~]+", address)] == []


def test_no_answer_is_left_open() -> None:
    assert "{ … }" not in (ROOT / "docs" / "api.md").read_text("utf-8")


def test_what_is_built_is_up_to_date(capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main(["--check"]) == 0, capsys.readouterr().err
