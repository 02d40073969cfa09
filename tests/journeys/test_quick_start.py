"""docs/quick-start.md does what it says: its lines as they stand, but for the clone, the start and the browser."""

from __future__ import annotations

import json
import re
import subprocess
from typing import Any

import pytest

from commands.local_cloud import LocalCloud
from commands.running import ROOT

ADDRESS = "http://127.0.0.1:8000"
WAIT = "sleep 1"
NOT_HERE = ("git clone ", "scripts/dev ", "python3 -m webbrowser ")


def lines() -> list[str]:
    block = re.search(r"^```\n(.*?)^```$", (ROOT / "docs" / "quick-start.md").read_text("utf-8"), re.M | re.S)
    assert block is not None
    return block[1].splitlines()


@pytest.mark.parametrize("cloud", ["fc3"], indirect=True)
def test_the_ten_lines_bring_an_article_to_a_followers_timeline(cloud: LocalCloud) -> None:
    assert len(lines()) == 10
    text = "\n".join(line for line in lines() if not line.startswith(NOT_HERE))
    assert text.count(ADDRESS) == text.count(WAIT) == 1
    idle = f"curl -X POST {cloud.fc_endpoint}/_fake/idle"
    script = text.replace(ADDRESS, cloud.api).replace(WAIT, idle).replace("curl ", "curl --silent --show-error --fail ")

    done = subprocess.run(["bash", "-euc", script], cwd=ROOT, capture_output=True, text=True, timeout=60)

    assert done.returncode == 0, done.stderr
    (item,) = _last_of(done.stdout)["items"]
    assert (item["article"]["title"], item["article"]["author"]["nickname"]) == ("雨后", "林小满")
    assert item["reason"] == "follow"


def _last_of(answers: str) -> Any:
    """The last of JSON documents that stand one behind the other."""
    decoder, at = json.JSONDecoder(), 0
    last: Any = None
    while at < len(answers):
        last, at = decoder.raw_decode(answers, at)
    return last


def test_the_readmes_show_the_same_lines() -> None:
    for name in ("README.md", "README.zh-CN.md"):
        shown = (ROOT / name).read_text("utf-8")
        for line in lines():
            assert re.split(r"  +# ", line)[0] in shown
