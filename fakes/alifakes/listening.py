"""Listens on a port, or says why it cannot."""

from __future__ import annotations

import asyncio
from collections.abc import Callable


class CannotListen(OSError):
    """The text is a sentence; `strerror` is the reason alone."""

    def __init__(self, host: str, port: int, error: OSError) -> None:
        # asyncio puts the address before the reason
        super().__init__(error.errno, str(error.strerror or error).rpartition("): ")[2])
        self._place = f"Port {port} of {host}"

    def __str__(self) -> str:
        return f"{self._place} cannot be listened on: {self.strerror}."


async def listen(protocol: Callable[[], asyncio.Protocol], host: str, port: int) -> asyncio.Server:
    """In the running loop; raises CannotListen."""
    try:
        return await asyncio.get_running_loop().create_server(protocol, host, port)
    except OSError as error:
        raise CannotListen(host, port, error) from None
