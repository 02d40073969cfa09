"""The web client as scripts/dev serves it: its files, and a configuration that holds tokens of the demo's people."""

from __future__ import annotations

import json
from collections.abc import Sequence

from alifakes.function_compute.static_files import StaticFiles
from commands.demo.people import Person
from commands.running import ROOT
from commands.token import sign

WEB = ROOT / "web"
HEADERS = ROOT / "deploy" / "web_headers.json"


def web_client(people: Sequence[Person]) -> StaticFiles:
    """Tokens are signed when a page asks, so that none has expired; a deployment's config.json holds no people."""

    def configuration() -> bytes:
        known = [{"id": each.id, "nickname": each.nickname, "token": sign(each.id)} for each in people]
        return json.dumps({"api": "", "people": known}).encode()

    return StaticFiles(WEB, headers=json.loads(HEADERS.read_bytes()), made={"/config.json": configuration}, api="/v1")
