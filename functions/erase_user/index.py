"""erase-user: takes a person out of every table; invoked by the sweeper and by itself only."""

from __future__ import annotations

from feed.edge.endpoints import message_function
from feed.operations import erase_user
from feed.store.personal import LOOKED_AT
from feed.wiring import Grant

handler = message_function(
    "erase-user",
    Grant(tables=LOOKED_AT, invokes=("erase-user",)),
    erase_user.Request,
    erase_user.run,
)
