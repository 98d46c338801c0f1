"""The present moment; nothing but runs and releases is dated by it, and no figure ever is."""

from datetime import UTC, datetime


def utc_now() -> str:
    """Return the present moment in UTC, to the microsecond, as ISO 8601 text."""
    return datetime.now(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
