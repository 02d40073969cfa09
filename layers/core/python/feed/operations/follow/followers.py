"""GET /v1/users/{id}/followers: who follows somebody, newest first."""

from __future__ import annotations

from feed.call import Call
from feed.operations.follow._people import Request, Response, page
from feed.store import relations
from feed.wiring import World

__all__ = ["Request", "Response", "run"]


def run(request: Request, call: Call, world: World) -> Response:
    return page(request, call, world.tables, relations.newest_followers, column="follower_key")
