"""A token for the HTTP API, as its owner may see it again."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, kw_only=True)
class StoredToken:
    """How a token begins, where it counts, and when it was made and used last (UTC)."""

    id: int
    hint: str
    organization_id: int
    organization_name: str
    created_at: datetime
    last_used_at: datetime | None
