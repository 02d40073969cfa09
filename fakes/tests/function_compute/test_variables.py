"""References in a project file: what each stands for, and the sentence for each that stands for nothing."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alifakes.function_compute.model import ProjectError
from alifakes.function_compute.variables import Variables

DOCUMENT = {
    "vars": {"n": 3, "text": "x", "deep": {"list": ["a", "b"]}, "indirect": "${vars.n}", "loop": "${vars.loop}"},
    "resources": {
        "a": {"component": "fc3", "props": {"name": "${this.props.other}", "other": "o${vars.n}"}},
        "b": {"component": "fc3", "props": {}},
    },
}


def resolve(text: str, folder: Path = Path(), edition: str = "3.0.0", **env: str) -> object:
    document = DOCUMENT if edition == "3.0.0" else {"vars": DOCUMENT["vars"], "services": DOCUMENT["resources"]}
    return Variables(document, folder / "s.yaml", env, edition).resolve(text, "here", "b")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("${vars.n}", 3),
        ("${vars.indirect}", 3),
        ("n=${vars.n} e=${env('NOPE','d')}", "n=3 e=d"),
        ("${vars.deep.list}", ["a", "b"]),
        ("${vars.deep.list.1}", "b"),
        ("${env('MEM', 512)}", 512),
        ("${env('SET', 512)}", "1024"),
        ("${env('NOPE', vars.n)}", 3),
        ('${env("NOPE", true)}', True),
        ("${env('NOPE', '')}", ""),
        ("${resources.a.props.name}", "o3"),
        ("${resources.a.output.url}", "${resources.a.output.url}"),
        ("${this.name}", "b"),
        ("${this.component}", "fc3"),
        ("${config('AccountID')}", "1000000000000000"),
        ("no ${ reference", "no ${ reference"),
    ],
)
def test_references(text: str, value: object) -> None:
    assert resolve(text, SET="1024") == value


@pytest.mark.parametrize(
    ("text", "value"),
    [("${env(SET)}", "1024"), ("${env(NOPE, d)}", "d"), ("${a.props.other}", "o3"), ("${a.output.x}", "${a.output.x}")],
)
def test_references_of_edition_1(text: str, value: object) -> None:
    assert resolve(text, edition="1.0.0", SET="1024") == value


def test_references_to_files(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text('{"k": [1]}')
    assert resolve("${json(file('./a.json'))}", tmp_path) == {"k": [1]}
    assert resolve("${path('./a.json')}", tmp_path) == str(tmp_path / "a.json")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("${env('NOPE')}", "environment variable NOPE is not set and no default is given"),
        ("${env(NOPE)}", "it is not found"),
        ("${vars.zzz}", "'vars.zzz' is not found"),
        ("${vars.n.x}", "'vars.n.x' is not found"),
        ("${resources.zzz.props.x}", "'zzz' is not found"),
        ("${nothing}", "it is not found"),
        ("${run('rm')}", "it is not a function call that the engine knows"),
        ("${env('A' 'B')}", "it cannot be read"),
        ("${env('A',}", "it cannot be read"),
        ("${}", "it cannot be read"),
        ("${file('./absent')}", "file './absent' cannot be read: No such file or directory"),
    ],
)
def test_references_that_cannot_be_resolved(text: str, why: str) -> None:
    with pytest.raises(ProjectError) as caught:
        resolve(text)
    assert str(caught.value) == f"s.yaml: here: {text} cannot be resolved: {why}."


def test_a_reference_to_itself() -> None:
    with pytest.raises(ProjectError, match=r"\$\{vars\.loop\} refers to itself"):
        resolve("${vars.loop}")


@given(st.text())
def test_no_text_breaks_the_resolver(text: str) -> None:
    try:
        resolved = resolve(text)
    except ProjectError:
        return
    assert resolved == text or "${" in text
