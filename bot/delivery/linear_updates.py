"""Keeping a Linear issue and ours in agreement: what is written there, and what is read anew."""

from collections.abc import Mapping
from functools import partial
from typing import Any

import httpx
from sqlalchemy.ext.asyncio import AsyncSession

from bot.delivery.failures import INPUT_ERROR, is_gone, linear_failure, missing_entity
from bot.delivery.linear_api import LinearError
from bot.delivery.linear_history import LinearHistory
from bot.delivery.linear_issues import Clock
from bot.delivery.linear_lookups import LinearLookups
from bot.delivery.linear_reading import seen_issue
from bot.delivery.linear_ways import LinearCalls
from bot.delivery.worker import Record, nothing_more
from bot.domain.effects import Effect, EffectKind, LinearField
from bot.domain.linear_seen import SeenIssue
from bot.domain.retry import AlreadyDone, Ambiguous
from bot.usecases.agree_with_linear import accept_linear_answer, accept_linear_issue
from bot.usecases.linear_gone import IN_THE_TRASH, NOT_FOUND, note_gone
from bot.usecases.write_to_linear import Writing, begin_writing, forget_writing
from storage import linear_shadow, links, lives
from storage.effects import ALIKE_LIMIT, waiting_behind
from storage.transaction import Transaction

NOT_IN_LINEAR = "the issue is not in Linear"
SAYS_THE_SAME = "Linear says the same already"
# What a field is called in IssueUpdateInput.
_INPUT: Mapping[LinearField, str] = {
    LinearField.STATE: "stateId",
    LinearField.TITLE: "title",
    LinearField.PRIORITY: "priority",
    LinearField.ASSIGNEE: "assigneeId",
}
# How often what Linear did not find is looked up anew before it is a failure.
MOST_ROUNDS = 3
_STATE, _PERSON, _ISSUE = "WorkflowState", "User", "Issue"


class LinearUpdates:
    """Writes changes to Linear, and reads what is there.

    Args:
        linear: asks Linear.
        lookups: who is who there, and a team's states.
        transaction: state is read at the moment of sending.
        clock: gives the time in UTC.
    """

    def __init__(
        self, linear: LinearCalls, lookups: LinearLookups, transaction: Transaction, *, clock: Clock
    ) -> None:
        self._linear = linear
        self._lookups = lookups
        self._transaction = transaction
        self._clock = clock
        self._history = LinearHistory(linear.run, transaction)

    async def update_issue(self, effect: Effect) -> Record:
        """Bring the Linear issue to what is so with us: every field that is owed now, in one call.

        Nothing is read first, unless something there is known to be unread: then that is agreed with instead, and
        whatever is still to be written follows from it.

        Raises:
            DeliveryFailure: it was not done, or maybe.
        """
        fields, unread = await self._transaction.read(partial(_owed, effect=effect))
        if unread:
            return await self.refetch_issue(effect)
        for _ in range(MOST_ROUNDS):
            writing = await self._begin(effect, fields)
            try:
                seen = await self._send(effect, writing)
            except LinearError as error:
                await self._learn_from(error, effect, writing)
                continue
            await self._transaction.write(
                partial(accept_linear_answer, ref=effect.ref, seen=seen, now=self._clock())
            )
            if seen.gone:
                await self._note_gone(effect, IN_THE_TRASH)
            return nothing_more
        raise Ambiguous("Linear does not find what it named itself")

    async def refetch_issue(self, effect: Effect) -> Record:
        """Read the Linear issue, and agree with it; raises as above."""
        look = partial(links.linear_id, organization_id=effect.organization_id, issue_id=effect.issue_id)
        linear_id = await self._transaction.read(look)
        if linear_id is None:
            raise AlreadyDone(NOT_IN_LINEAR)
        try:
            answer = await self._linear.try_to_run(effect.organization_id, "Issue", {"id": linear_id})
        except (LinearError, httpx.TransportError) as error:
            if isinstance(error, LinearError) and is_gone(error):
                await self._note_gone(effect, NOT_FOUND)
                raise AlreadyDone(NOT_FOUND) from error
            raise linear_failure(error) from error
        seen = seen_issue(answer["issue"])
        who = await self._history.who(effect.organization_id, [seen])
        accept = partial(
            accept_linear_issue,
            organization_id=effect.organization_id,
            seen=seen,
            by=who.get(seen.linear_id, {}),
            now=self._clock(),
            fresh=True,
        )
        await self._transaction.write(accept)
        return nothing_more

    async def _begin(self, effect: Effect, fields: frozenset[LinearField]) -> Writing:
        if LinearField.ASSIGNEE in fields:
            living = await self._transaction.read(partial(lives.living_issue, ref=effect.ref))
            if living is not None and living.state.assignee_user_id is not None:
                await self._lookups.person(effect.organization_id, living.state.assignee_user_id)
        begin = partial(begin_writing, ref=effect.ref, fields=fields, now=self._clock())
        writing = await self._transaction.write(begin)
        if writing is None:
            raise AlreadyDone(NOT_IN_LINEAR)
        if not writing.values:
            raise AlreadyDone(writing.gone or SAYS_THE_SAME)
        return writing

    async def _send(self, effect: Effect, writing: Writing) -> SeenIssue:
        wanted = {_INPUT[one]: value for one, value in writing.values.items()}
        variables: dict[str, Any] = {"id": writing.linear_id, "input": wanted}
        try:
            answer = await self._linear.try_to_run(effect.organization_id, "IssueUpdate", variables)
        except httpx.TransportError as error:
            raise linear_failure(error) from error
        return seen_issue(answer["issueUpdate"]["issue"])

    async def _learn_from(self, error: LinearError, effect: Effect, writing: Writing) -> None:
        """Look up anew what Linear does not find, for another try.

        Raises:
            DeliveryFailure: there is nothing to look up.
        """
        failure = linear_failure(error)
        if isinstance(failure, Ambiguous):
            raise failure from error
        await self._transaction.write(partial(forget_writing, ref=effect.ref, values=writing.values))
        missing = missing_entity(error)
        if missing == _ISSUE:
            await self._note_gone(effect, NOT_FOUND)
            raise AlreadyDone(NOT_FOUND) from error
        if missing == _STATE and LinearField.STATE in writing.values:
            await self._lookups.read_states_anew(effect.organization_id, writing.team_id)
        elif missing == _PERSON and writing.assignee_user_id is not None:
            await self._lookups.forget_person(effect.organization_id, writing.assignee_user_id)
        elif error.code == INPUT_ERROR and (gone := await self._gone_now(effect)):
            raise AlreadyDone(gone) from error
        else:
            raise failure from error

    async def _gone_now(self, effect: Effect) -> str | None:
        """Read what refuses to be written; returns why it cannot be reached: it may be another team's by now."""
        await self.refetch_issue(effect)
        shadow = await self._transaction.read(partial(linear_shadow.shadow_of, ref=effect.ref))
        return None if shadow is None else shadow.gone

    async def _note_gone(self, effect: Effect, reason: str) -> None:
        note = partial(note_gone, ref=effect.ref, reason=reason, now=self._clock(), needed=True)
        await self._transaction.write(note)


async def _owed(session: AsyncSession, *, effect: Effect) -> tuple[frozenset[LinearField], bool]:
    """Return the fields that this and the waiting effects are to write, and whether a reading is owed."""
    behind = await waiting_behind(session, effect, ALIKE_LIMIT)
    updates = [effect, *(one for one in behind if one.kind is effect.kind)]
    unread = any(one.kind is EffectKind.LINEAR_REFETCH_ISSUE for one in behind)
    return frozenset(LinearField(str(one.about["field"])) for one in updates), unread
