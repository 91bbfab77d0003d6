"""Linear's scalars between their text and seconds since the epoch."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

from graphql import GraphQLError

_DURATION = re.compile(
    r"^(?P<sign>[+-]?)P(?:(?P<years>\d+)Y)?(?:(?P<months>\d+)M)?(?:(?P<weeks>\d+)W)?(?:(?P<days>\d+)D)?"
    r"(?:T(?:(?P<hours>\d+)H)?(?:(?P<minutes>\d+)M)?(?:(?P<seconds>\d+(?:\.\d+)?)S)?)?$"
)
# Calendar years and months would need a calendar; filters of a sync are hours and days.
_DAYS = {"years": 365, "months": 30, "weeks": 7, "days": 1}


def iso(seconds: float) -> str:
    """Return seconds since the epoch as Linear writes a DateTime: UTC, milliseconds, ``Z``."""
    moment = datetime.fromtimestamp(round(seconds * 1000) / 1000, UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def maybe_iso(seconds: float | None) -> str | None:
    """Return ``iso`` of the time, and None for None."""
    return None if seconds is None else iso(seconds)


def epoch(text: str) -> float:
    """Return an ISO 8601 date or time (UTC unless it says otherwise; ``2021`` is a date) in seconds.

    Raises:
        ValueError: the text is neither.
    """
    if re.fullmatch(r"\d{4}(-\d{2})?", text):
        text = f"{text}-01" if "-" in text else f"{text}-01-01"
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return round(moment.timestamp() * 1000) / 1000


def epoch_or_duration(text: str, now: float) -> float:
    """Return the moment a DateTimeOrDuration names: a time, or a duration such as ``-PT2H`` added to ``now``.

    Raises:
        ValueError: the text is neither.
    """
    found = _DURATION.match(text)
    if found is None:
        return epoch(text)
    parts = {name: float(value) for name, value in found.groupdict().items() if value and name != "sign"}
    if not parts:
        raise ValueError(f"an empty duration: {text}")
    days = sum(parts.get(name, 0) * length for name, length in _DAYS.items())
    clock = {name: parts.get(name, 0) for name in ("hours", "minutes", "seconds")}
    length = timedelta(days=days, **clock).total_seconds()
    return now - length if found["sign"] == "-" else now + length


def parse_date_time_or_duration(value: Any) -> str:
    """Check a DateTimeOrDuration that arrives; it stays text, for only the filter knows the time now.

    Raises:
        GraphQLError: it is no text, or neither a time nor a duration.
    """
    if not isinstance(value, str):
        raise GraphQLError(f"DateTimeOrDuration cannot represent a non-string value: {value!r}")
    try:
        epoch_or_duration(value, 0)
    except ValueError as error:
        raise GraphQLError(f"DateTimeOrDuration cannot represent {value!r}") from error
    return value


def parse_json_object(value: Any) -> dict[str, Any]:
    """Check a JSONObject that arrives.

    Raises:
        GraphQLError: it is no object.
    """
    if not isinstance(value, dict):
        raise GraphQLError(f"JSONObject cannot represent non-object value: {value!r}")
    return value
