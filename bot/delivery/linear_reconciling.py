"""Asking Linear what changed, so that nothing is missed for good: every ten minutes, and all of it once a day.

What it answers is followed as what webhooks tell is. What only asking found is counted: much of it, and no webhook
since, means that Linear does not tell us what happens.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from bot.delivery.linear_history import Ask, LinearHistory
from bot.delivery.linear_reading import seen_issue
from bot.delivery.linear_said import seen_comment
from bot.domain.effects import EffectKind
from bot.domain.issues import IssueRef
from bot.domain.linear_seen import DoneBy, SeenIssue
from bot.domain.linear_webhook import ON_ITS_WAY, WebhookFault, fault_of
from bot.domain.retry import AlreadyDone, DeliveryFailure
from bot.domain.sync import LONG_AGO, Verdict
from bot.usecases.accept_linear_comment import accept_linear_comment
from bot.usecases.agree_with_linear import accept_linear_issue
from bot.usecases.linear_gone import NOT_FOUND, note_gone
from bot.usecases.linear_missed import is_webhook_off, warn_of_webhook
from bot.usecases.linear_threads import look_for_threads
from bot.usecases.tell import owe_to_linear
from storage import claims, linear_comments, linear_followers, linear_sync
from storage.linear_sync import Sync, TeamToRead
from storage.transaction import Transaction

# Pages by time can skip what changes meanwhile (reference: Linear, pagination), and clocks differ.
OVERLAP = timedelta(minutes=10)
EVERYTHING_EVERY = timedelta(days=1)
# How long after an issue was closed it is looked whether something that was said under it was deleted.
CLOSED_LATELY = timedelta(days=30)
# A little less than the ten minutes between two runs: no replica's next run is to find its own last claim.
CLAIMED_FOR = timedelta(minutes=9)
BATCH = 50
log = structlog.stdlib.get_logger(__name__)


class LinearReconciling:
    """Asks, and follows what is answered.

    Args:
        ask: asks Linear for an organization; each question has its turn, as deliveries have.
        read_states: reads which states a team has, and remembers them.
        transaction: our records.
        clock: gives the time in UTC.
        missed: told how many changes only asking found.
    """

    def __init__(
        self,
        ask: Ask,
        read_states: Callable[[int, str], Awaitable[None]],
        transaction: Transaction,
        *,
        clock: Callable[[], datetime],
        missed: Callable[[int], object],
    ) -> None:
        self._ask = ask
        self._read_states = read_states
        self._transaction = transaction
        self._clock = clock
        self._missed = missed
        self._history = LinearHistory(ask, transaction)

    async def run(self) -> None:
        """Agree with each organization's team; what cannot be asked now is asked in the next run.

        Raises:
            UnavailableError: the database is away.
        """
        for team in await self._transaction.read(linear_sync.teams_to_read):
            now = self._clock()
            key = f"linear:reconcile:{team.organization_id}"
            take = partial(claims.claim, key=key, now=now, until=now + CLAIMED_FOR)
            if await self._transaction.write(take):
                await self._agree(team)

    async def _agree(self, team: TeamToRead) -> None:
        organization_id, now = team.organization_id, self._clock()
        sync = await self._transaction.read(partial(linear_sync.sync_of, organization_id=organization_id))
        try:
            if sync.checked_at is None or now - sync.checked_at >= EVERYTHING_EVERY:
                await self._look_at_everything(team, now)
            await self._look_at_changes(team, sync, now)
            await self._transaction.write(partial(look_for_threads, organization_id=organization_id))
            await self._look_at_webhook(organization_id)
        except AlreadyDone:
            log.debug("Linear is off", organization_id=organization_id)
        except DeliveryFailure as failure:
            log.warning(
                "Linear cannot be asked now; it is later", organization_id=organization_id, reason=failure.reason
            )

    async def _look_at_changes(self, team: TeamToRead, sync: Sync, now: datetime) -> None:
        """Follow what changed since the last time; only when all of it is followed, the next time begins later."""
        newest = sync.watermark or now
        since = newest - OVERLAP
        async for nodes in self._pages("issues", "IssuesUpdatedSince", team, since):
            newest = max(newest, await self._follow_issues(team.organization_id, nodes))
        async for nodes in self._pages("comments", "CommentsUpdatedSince", team, since):
            for node in nodes:
                newest = max(newest, await self._follow_comment(team.organization_id, node))
        # Linear's clock may be ahead of ours; what it stamps so is read again.
        note = partial(linear_sync.note_read, organization_id=team.organization_id, watermark=min(newest, now))
        await self._transaction.write(note)

    async def _pages(
        self, what: str, operation: str, team: TeamToRead, since: datetime
    ) -> AsyncIterator[list[dict[str, Any]]]:
        asked = {"teamId": team.team_id, "since": since.isoformat()}
        while True:
            page = (await self._ask(team.organization_id, operation, asked))[what]
            yield page["nodes"]
            if not page["pageInfo"]["hasNextPage"]:
                return
            asked = asked | {"after": page["pageInfo"]["endCursor"]}

    async def _follow_issues(self, organization_id: int, nodes: Sequence[Mapping[str, Any]]) -> datetime:
        """Follow what these issues say; returns when the newest of them was changed, or long ago: there is none."""
        found = [seen_issue(node) for node in nodes]
        who = await self._history.who(organization_id, found)
        for seen in found:
            await self._follow_issue(organization_id, seen, who.get(seen.linear_id, {}))
        return max((seen.updated_at for seen in found), default=LONG_AGO)

    async def _follow_issue(self, organization_id: int, seen: SeenIssue, by: DoneBy) -> None:
        accept = partial(accept_linear_issue, organization_id=organization_id, seen=seen, by=by, now=self._clock())
        decisions = await self._transaction.write(accept)
        if any(decision.verdict is Verdict.ACCEPT for decision in decisions):
            await self._count(organization_id, seen.updated_at)

    async def _follow_comment(self, organization_id: int, node: Mapping[str, Any]) -> datetime:
        seen = seen_comment(node, str(node["issueId"]))
        accept = partial(
            accept_linear_comment,
            organization_id=organization_id,
            seen=seen,
            by=None,
            now=self._clock(),
            read=True,
        )
        if await self._transaction.write(accept):
            await self._count(organization_id, seen.updated_at)
        return seen.updated_at

    async def _count(self, organization_id: int, changed_at: datetime) -> None:
        if self._clock() - changed_at >= ON_ITS_WAY:
            self._missed(1)
            note = partial(linear_sync.note_missed, organization_id=organization_id, count=1)
            await self._transaction.write(note)

    async def _look_at_everything(self, team: TeamToRead, now: datetime) -> None:
        """Look for every open issue, and for what is said under it; and which states the team has now."""
        organization_id = team.organization_id
        await self._read_states(organization_id, team.team_id)
        look = partial(linear_followers.open_linear_ids, organization_id=organization_id)
        wanted = await self._transaction.read(look)
        ids = sorted(wanted)
        for start in range(0, len(ids), BATCH):
            batch = ids[start : start + BATCH]
            nodes = (await self._ask(organization_id, "IssuesByIds", {"ids": batch}))["issues"]["nodes"]
            await self._follow_issues(organization_id, nodes)
            missing = set(batch) - {node["id"] for node in nodes}
            for linear_id in batch:
                for ref in wanted[linear_id]:
                    note = _note_missing if linear_id in missing else _let_comments_be_read
                    await self._transaction.write(partial(note, ref=ref, now=now))
        await self._look_at_closed(organization_id, now)
        checked = partial(linear_sync.note_checked, organization_id=organization_id, now=now)
        await self._transaction.write(checked)

    async def _look_at_closed(self, organization_id: int, now: datetime) -> None:
        """Look whether what was said under issues that were closed lately still stands: only its ids are read."""
        since = now - CLOSED_LATELY
        look = partial(linear_comments.said_under_closed, organization_id=organization_id, since=since)
        said = await self._transaction.read(look)
        ids, missing = sorted(said), set[str]()
        for start in range(0, len(ids), BATCH):
            batch = ids[start : start + BATCH]
            nodes = (await self._ask(organization_id, "CommentsByIds", {"ids": batch}))["comments"]["nodes"]
            missing |= set(batch) - {node["id"] for node in nodes}
        for ref in {ref for linear_id in missing for ref in said[linear_id]}:
            await self._transaction.write(partial(_let_comments_be_read, ref=ref, now=now))

    async def _look_at_webhook(self, organization_id: int) -> None:
        if not await self._transaction.read(partial(is_webhook_off, organization_id=organization_id)):
            return
        try:
            fault = fault_of((await self._ask(organization_id, "Webhooks", {}))["webhooks"]["nodes"])
        except DeliveryFailure:
            # Only an admin may ask.
            fault = WebhookFault.UNKNOWN
        warn = partial(warn_of_webhook, organization_id=organization_id, fault=fault, now=self._clock())
        await self._transaction.write(warn)


async def _note_missing(session: AsyncSession, *, ref: IssueRef, now: datetime) -> None:
    await note_gone(session, ref, NOT_FOUND, now)


async def _let_comments_be_read(session: AsyncSession, *, ref: IssueRef, now: datetime) -> None:  # noqa: ARG001
    # That one was deleted shows no other way.
    await owe_to_linear(session, ref, EffectKind.LINEAR_REFETCH_COMMENT)
