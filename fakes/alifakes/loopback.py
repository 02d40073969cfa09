"""Which addresses are this machine."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from urllib.parse import urlsplit


def is_loopback(host: str) -> bool:
    """Whether `host`, an IP address or `localhost`, is this machine; any other name is not, whatever it resolves to."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def is_loopback_url(url: str) -> bool:
    """Whether `url` is an http URL of this machine."""
    try:
        parts = urlsplit(url)
        return parts.scheme == "http" and is_loopback(parts.hostname or "") and parts.port != 0
    except ValueError:  # no address, or no port
        return False


def is_from_elsewhere(headers: Mapping[str, str]) -> bool:
    """Whether a browser says that a page of another place sent this: nobody but a browser names an Origin.

    A name that leads to this machine is another place as well, for whoever owns the name may lead it anywhere.
    """
    origin = headers.get("origin")
    return origin is not None and (origin != f"http://{headers.get('host', '')}" or not is_loopback_url(origin))
