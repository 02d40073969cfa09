"""What an instance knows of budgets by itself: uses that it has counted alone, and shares that were used up."""

from __future__ import annotations

from feed.domain.budgets import Share

_MOST = 20_000


class Floods:
    """At most so many people and addresses: beyond, the one that came first is forgotten, and counted from nothing."""

    def __init__(self) -> None:
        self._used: dict[tuple[str, str], tuple[int, int]] = {}

    def full(self, share: Share) -> bool:
        window, used = self._used.get((share.who, share.budget), (share.window, 0))
        return window == share.window and used >= share.most

    def use(self, share: Share) -> bool:
        """Count one use; False, and nothing counted, when the share is used up."""
        if self.full(share):
            return False
        window, used = self._used.get((share.who, share.budget), (share.window, 0))
        self._note(share, used + 1 if window == share.window else 1)
        return True

    def fill(self, share: Share) -> None:
        """Somebody else has counted: nothing is left of it."""
        self._note(share, share.most)

    def _note(self, share: Share, used: int) -> None:
        name = share.who, share.budget
        if name not in self._used and len(self._used) >= _MOST:
            del self._used[next(iter(self._used))]
        self._used[name] = share.window, used
