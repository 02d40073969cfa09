"""When a timer trigger is due: six-field cron in UTC or CRON_TZ, or `@every Nm`."""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from croniter import croniter

_EVERY = re.compile(r"@every ([1-9]\d{0,5})m")
_ZONE = re.compile(r"(?:CRON_TZ|TZ)=(\S+)\s+(.*)")


class CronError(ValueError):
    """A cron expression cannot be read; the message is a sentence."""


class Schedule:
    """Reads `expression` (second minute hour day month weekday); raises CronError."""

    def __init__(self, expression: str) -> None:
        self._every = _EVERY.fullmatch(expression.strip())
        if self._every:
            return
        self._zone: timezone | ZoneInfo = timezone.utc
        fields = expression.strip()
        zoned = _ZONE.fullmatch(fields)
        if zoned:
            self._zone, fields = _zone(zoned.group(1), expression), zoned.group(2)
        if len(fields.split()) != 6:
            raise CronError(
                f"'{expression}' is neither a cron expression of 6 fields (second minute hour day month weekday)"
                " nor '@every Nm'."
            )
        if not croniter.is_valid(fields, second_at_beginning=True):
            raise CronError(f"'{expression}' has a field that is not valid cron.")
        self._fields = fields

    def after(self, moment: datetime) -> datetime:
        """The first due time later than `moment`, in UTC; both aware."""
        if self._every:
            return moment + timedelta(minutes=int(self._every.group(1)))
        local = moment.astimezone(self._zone)
        due: datetime = croniter(self._fields, local, second_at_beginning=True).get_next(datetime)
        return due.astimezone(timezone.utc)


def _zone(name: str, expression: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise CronError(f"'{expression}' names the time zone '{name}', which does not exist.") from None
