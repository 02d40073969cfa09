"""What the guides show works as it stands, each from an empty folder."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import alifakes
from alifakes.alipay.faults import FaultKind

GUIDES = Path(alifakes.__file__).parent
EXAMPLES = [
    (guide, code)
    for guide in ("function_compute", "alipay", "console")
    for code in re.findall(r"^```python\n(.*?)^```", (GUIDES / guide / "README.md").read_text("utf-8"), re.M | re.S)
]


@pytest.mark.parametrize("code", [pytest.param(code, id=guide) for guide, code in EXAMPLES])
def test_an_example_runs(code: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    exec(compile(code, "example", "exec"), {})


def test_every_guide_has_one() -> None:
    assert {guide for guide, _ in EXAMPLES} == {"function_compute", "alipay", "console"}


@pytest.mark.parametrize("guide", ["tablestore", "function_compute", "alipay", "console"])
def test_the_distributions_page_leads_to_every_guide(guide: str) -> None:
    assert f"](alifakes/{guide}/README.md)" in (GUIDES.parent / "README.md").read_text("utf-8")


def test_alipays_guide_names_every_fault() -> None:
    guide = (GUIDES / "alipay" / "README.md").read_text("utf-8")
    assert [kind.value for kind in FaultKind if f"`{kind.value}`" not in guide and f'"{kind.value}"' not in guide] == []


def test_function_computes_guide_names_every_route_of_its_own() -> None:
    guide = (GUIDES / "function_compute" / "README.md").read_text("utf-8")
    code = (GUIDES / "function_compute" / "control.py").read_text("utf-8")
    routes = re.findall(r'"(GET|POST) /_fake/([a-z/]+)": ', code)
    assert len(routes) > 5
    assert [route for route in routes if f"`{' '.join(route)}" not in guide] == []
