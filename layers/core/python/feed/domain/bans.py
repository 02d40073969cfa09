"""Whose tokens are refused, by an operator's word, and which of them."""

from __future__ import annotations

from typing import NamedTuple


class Bearer(NamedTuple):
    """Whom a verified token names. `version` and `scopes` are its claims `ver` and `scope`, which it need not have."""

    user_id: int
    version: int | None
    issued_s: int
    scopes: frozenset[str] = frozenset()


class Ban(NamedTuple):
    """What is refused of one user's: everything while `banned`, and for ever what was issued before.

    That is a `version` below `token_version`, and a token without one that was issued before `since_ms`.
    """

    user_id: int
    banned: bool
    token_version: int
    since_ms: int

    def refuses(self, bearer: Bearer) -> str:
        """Why, in one sentence; empty for a token that is good."""
        if self.banned:
            return "This account is closed by the operator."
        if bearer.version is not None:
            old = bearer.version < self.token_version
        else:
            old = bearer.issued_s * 1000 < self.since_ms
        return "The token is of before the operator signed this account out; sign in again." if old else ""
