"""The present moment; nothing but runs and releases is dated by it, and no figure ever is.

A record may not speak of a document of tomorrow: for that alone the check of the records asks for today.
"""

from datetime import UTC, date, datetime, timedelta, timezone

VIETNAM = timezone(timedelta(hours=7))
"""Vietnam's time; it knows no summer time."""


def utc_now() -> str:
    """Return the present moment in UTC, to the microsecond, as ISO 8601 text."""
    return datetime.now(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def today() -> date:
    """Return the present day in Vietnam, where the documents are issued."""
    return datetime.now(VIETNAM).date()
