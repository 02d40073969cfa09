"""Who may use the console: this machine, by one of its own names; and to change anything, only the console's page."""

from __future__ import annotations

from urllib.parse import urlsplit

from alifakes.loopback import is_from_elsewhere, is_loopback
from alifakes.server import Request

READING = ("GET", "HEAD")


def refusal(request: Request) -> str | None:
    """Why the request is refused, as a sentence, or None.

    A page of another place could send requests here, and its owner's name could be made to lead here: a browser tells
    by Origin whose page sends a request that changes something, and by Host what name it went by.
    """
    if not is_loopback(request.client_ip):
        return "The console answers this machine only."
    if not _is_own_name(request.headers.get("host", "")):
        return "The console answers to 127.0.0.1, localhost and [::1] only."
    if is_from_elsewhere(request.headers):
        return "The console answers no page of another place."
    if request.method not in READING and "origin" not in request.headers:
        return "What changes something must say by Origin that the console's own page sends it."
    return None


def _is_own_name(host: str) -> bool:
    try:
        return is_loopback(urlsplit(f"//{host}").hostname or "")
    except ValueError:
        return False
