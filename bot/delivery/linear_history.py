"""Who it was: read from Linear's history where asking found a change that nobody told of."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial
from typing import Any

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.effects import LinearField
from bot.domain.linear_seen import ActorKind, DoneBy, LinearActor, LinearPerson, SeenIssue
from bot.domain.retry import DeliveryFailure
from bot.usecases.agree_with_linear import would_tell
from storage.transaction import Transaction

# As many as the document asks for at once.
BATCH = 10
log = structlog.stdlib.get_logger(__name__)

# Asks Linear for an organization. Raises ``DeliveryFailure``.
Ask = Callable[[int, str, Mapping[str, Any]], Awaitable[dict[str, Any]]]


class LinearHistory:
    """Reads who changed what.

    Args:
        ask: asks Linear.
        transaction: where it is decided whether there is anything to tell.
    """

    def __init__(self, ask: Ask, transaction: Transaction) -> None:
        self._ask = ask
        self._transaction = transaction

    async def who(self, organization_id: int, found: Sequence[SeenIssue]) -> dict[str, DoneBy]:
        """Return by Linear's ids who changed what, of those issues of which something will be told.

        Nobody is named of whom Linear does not say it: changes right after an issue's opening are in no history
        (reference: Linear, gotchas), and a change is told all the same.

        Raises:
            UnavailableError: the database is away.
        """
        if not found:
            return {}
        news = await self._transaction.read(partial(_news, organization_id=organization_id, found=found))
        known = dict[str, DoneBy]()
        for start in range(0, len(news), BATCH):
            known |= await self._read(organization_id, news[start : start + BATCH])
        return known

    async def _read(self, organization_id: int, batch: Sequence[SeenIssue]) -> dict[str, DoneBy]:
        asked = {"ids": [seen.linear_id for seen in batch]}
        try:
            nodes = (await self._ask(organization_id, "IssueHistory", asked))["issues"]["nodes"]
        except DeliveryFailure as failure:
            log.info("it is told without a name", organization_id=organization_id, reason=failure.reason)
            return {}
        entries = {node["id"]: node["history"]["nodes"] for node in nodes}
        return {seen.linear_id: _done_by(seen, entries.get(seen.linear_id, ())) for seen in batch}


async def _news(session: AsyncSession, *, organization_id: int, found: Sequence[SeenIssue]) -> list[SeenIssue]:
    return [seen for seen in found if await would_tell(session, organization_id, seen)]


def _done_by(seen: SeenIssue, entries: Sequence[Mapping[str, Any]]) -> DoneBy:
    """Return who made each field what it was seen to be; ``entries`` have the newest first."""
    done = dict[LinearField, LinearActor]()
    for one in LinearField:
        entry = next((entry for entry in entries if _made(entry, one, seen)), None)
        if entry is not None and entry["actor"] is not None:
            done[one] = _actor(entry["actor"])
    return done


def _made(entry: Mapping[str, Any], field: LinearField, seen: SeenIssue) -> bool:
    if field is LinearField.STATE:
        return bool(entry["toStateId"] == seen.state_id)
    if field is LinearField.TITLE:
        return bool(entry["toTitle"] == seen.title)
    if field is LinearField.PRIORITY:
        return bool(entry["toPriority"] == seen.priority)
    changed = entry["toAssigneeId"] is not None or entry["fromAssigneeId"] is not None
    return changed and entry["toAssigneeId"] == (None if seen.assignee is None else seen.assignee.id)


def _actor(node: Mapping[str, Any]) -> LinearActor:
    person = LinearPerson(id=node["id"], name=node["name"], email=node["email"])
    return LinearActor(kind=ActorKind.APP if node["app"] else ActorKind.USER, person=person)
