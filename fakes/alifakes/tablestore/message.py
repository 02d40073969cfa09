"""What a refusal of the service is: an error, and the message that it is made from."""

from __future__ import annotations

from typing import NamedTuple


class OtsError(Exception):
    """What the service refuses a request or one row of a batch with; `read` and `write` are the units it bills all the
    same, which its answer does not tell."""

    def __init__(self, status: int, code: str, message: str, read: int = 0, write: int = 0) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.read = read
        self.write = write

    def __str__(self) -> str:
        return f"{self.status} {self.code} {self.message}"


class Message(NamedTuple):
    """A refusal whose text leaves `{}` for what the request said; calling it makes the error to raise."""

    status: int
    code: str
    text: str
    source: str
    read: int = 0
    write: int = 0

    def __call__(self, *values: object) -> OtsError:
        return OtsError(self.status, self.code, self.text.format(*values), self.read, self.write)
