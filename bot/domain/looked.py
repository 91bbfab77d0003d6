"""All that somebody sees who looks at one issue: public and internal, as different types."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.domain.listed import InternalEntry, LinearLook, PublicEntry
from bot.domain.shown import EventFacts
from bot.domain.trouble import Owed


@dataclass(frozen=True, kw_only=True)
class PublicLook:
    """What the customer of an issue sees; the oldest events first."""

    entry: PublicEntry
    events: Sequence[EventFacts]


@dataclass(frozen=True, kw_only=True)
class InternalLook:
    """What the organization's people see of an issue; the oldest events first."""

    entry: InternalEntry
    events: Sequence[EventFacts]
    linear: LinearLook | None
    owed: Sequence[Owed]
