"""The last step of a deployment: the API answers in the deployed version, and a guest gets a timeline."""

from __future__ import annotations

import json
import sys
import urllib.error
import urllib.request
from collections.abc import Sequence
from typing import Any

WITHIN_S = 30


class Unwell(Exception):
    """The API does not answer as it should; the message is one sentence."""


def main(arguments: Sequence[str] | None = None) -> int:
    api, version = sys.argv[1:] if arguments is None else arguments
    try:
        check(api.rstrip("/"), version)
    except Unwell as unwell:
        print(unwell, file=sys.stderr)
        return 1
    print(f"{api} answers in version {version}, and a guest gets a timeline.")
    return 0


def check(api: str, version: str) -> None:
    """Raises Unwell."""
    health = _get(f"{api}/healthz")
    if health.get("status") != "ok" or health.get("version") != version:
        raise Unwell(f"{api}/healthz says {health}, not the version {version} that was deployed.")
    page = _get(f"{api}/v1/timeline?size=1")
    if not isinstance(page.get("items"), list):
        raise Unwell(f"{api}/v1/timeline gives a guest no page: {sorted(page)}.")


def _get(url: str) -> dict[str, Any]:
    request = urllib.request.Request(url, headers={"X-Guest-Id": "smoke-test-after-deploy"})
    try:
        with urllib.request.urlopen(request, timeout=WITHIN_S) as answer:
            found = json.loads(answer.read())
    except urllib.error.HTTPError as error:
        raise Unwell(f"{url} answers {error.code}: {error.read()[:300].decode(errors='replace')}") from None
    except (OSError, ValueError) as error:
        raise Unwell(f"{url} does not answer as it should: {error}.") from None
    if not isinstance(found, dict):
        raise Unwell(f"{url} answers with something that is no object.")
    return found


if __name__ == "__main__":
    sys.exit(main())
