"""The web client's files: small enough, complete without a build, and nothing in them that its policy forbids."""

from __future__ import annotations

import gzip
import json
import re
from pathlib import Path

import pytest

from alifakes.server import Request
from commands.demo.people import PEOPLE
from commands.vendor_web import LOCK, VENDOR, linked
from commands.web_client import WEB, web_client

BUDGET_BYTES = 100 * 1024
SCRIPTS = sorted(file for file in WEB.rglob("*.js"))
OURS = [file for file in SCRIPTS if VENDOR not in file.parents]
SENT = [file for file in WEB.rglob("*") if file.suffix in (".html", ".js", ".css", ".svg", ".json")]
WORD = re.compile(r"^  (\w+):", re.MULTILINE)


def address(file: Path) -> str:
    return f"/{file.relative_to(WEB).as_posix()}"


def test_all_of_it_is_within_a_hundred_kilobytes() -> None:
    sizes = {address(file): len(gzip.compress(file.read_bytes())) for file in SENT}
    total = sum(sizes.values())
    largest = ", ".join(f"{name} {size}" for name, size in sorted(sizes.items(), key=lambda item: -item[1])[:5])
    print(f"web client: {total} of {BUDGET_BYTES} bytes gzipped in {len(sizes)} files; {largest}")
    assert total <= BUDGET_BYTES


def test_every_import_is_a_file_of_ours() -> None:
    for file in SCRIPTS:
        for name in re.findall(r'(?:from|import)\s*"([^"]+)"', file.read_text()):
            assert name.startswith("."), f"{address(file)} imports {name}, which no browser can find"
            assert (file.parent / name).resolve() in SCRIPTS, f"{address(file)}: {name} is missing"


def test_the_page_asks_for_every_script_at_once() -> None:
    """Else a browser would find them one behind the other, import by import."""
    page = (WEB / "index.html").read_text()
    asked = re.findall(r'<link rel="modulepreload" href="([^"]+)"', page)
    assert sorted([*asked, "/app.js"]) == sorted(map(address, SCRIPTS))


def test_the_page_holds_no_script_and_no_style() -> None:
    page = (WEB / "index.html").read_text()
    assert re.findall(r"<script(?! type=\"module\" src=)|<style|\son\w+=|style=", page) == []
    assert re.findall(r'(?:href|src)="(?!/)', page) == [], "and it asks nobody else for anything"


def test_nothing_is_evaluated_and_only_articles_are_taken_as_html() -> None:
    for file in SCRIPTS:
        assert not re.search(r"\beval\(|new Function\(|document\.write\(", file.read_text()), address(file)
    html = [
        address(file) for file in OURS if re.search(r"innerHTML|insertAdjacentHTML", file.read_text(), re.IGNORECASE)
    ]
    assert html == ["/pages/article.js", "/parts/editor.js"], "what the server has sanitised"
    asking = [address(file) for file in OURS if re.search(r"\bfetch\(|XMLHttpRequest|WebSocket", file.read_text())]
    assert asking == ["/api.js", "/session.js"], "the API's door, and the configuration"


def test_both_languages_say_the_same_and_nothing_is_left_unsaid() -> None:
    words = {name: set(WORD.findall((WEB / "words" / f"{name}.js").read_text())) for name in ("zh", "en")}
    assert words["zh"] == words["en"]
    source = "".join(file.read_text() for file in OURS if file.parent.name != "words")
    quoted = set(re.findall(r'"(\w+)"', source))
    begun = tuple(f"{name}_" for name in re.findall(r"`(\w+)_\$\{", source))
    unsaid = {word for word in words["zh"] if word not in quoted and not word.startswith(begun)}
    assert unsaid == set()
    assert set(re.findall(r'say\(\s*"(\w+)"', source)) - words["zh"] == set()


def test_libraries_are_those_of_the_lock() -> None:
    packages = json.loads(LOCK.read_bytes())
    files = {file for package in packages.values() for _, file in package["files"].values()}
    assert {file.name for file in VENDOR.glob("*.js")} == files
    assert len(list(VENDOR.glob("*.LICENSE"))) == len(packages)
    for package in packages.values():
        assert package["integrity"].startswith("sha512-")


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ('import{h as n}from"preact";x', 'import{h as n}from"./preact.js";x'),
        ('export*from "preact";', 'export*from "./preact.js";'),
        ('import"preact/hooks";', 'import"./hooks.js";'),
        ('import"./other.js";', 'import"./other.js";'),
        ("x\n//# sourceMappingURL=x.js.map\n", "x\n"),
    ],
)
def test_packages_become_files(source: str, expected: str) -> None:
    assert linked(source, {"preact": "preact.js", "preact/hooks": "hooks.js"}) == expected


def configuration(people: bool) -> dict[str, object]:
    static = web_client(PEOPLE if people else ())
    answer = static.answer(Request("GET", "/config.json", {}, b"", "127.0.0.1"))
    assert answer is not None
    found: dict[str, object] = json.loads(answer.body)
    return found


def test_demo_people_have_tokens_and_a_deployment_has_nobody() -> None:
    people = configuration(True)["people"]
    assert isinstance(people, list)
    assert [each["id"] for each in people] == [person.id for person in PEOPLE]
    assert all(each["token"].count(".") == 2 for each in people)
    assert configuration(False)["people"] == []
    assert json.loads((WEB / "config.json").read_bytes()) == {"api": "", "people": []}
