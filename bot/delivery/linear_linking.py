"""Linear issues that are looked for, to be linked with ours or to be offered for it."""

from functools import partial

import httpx
from sqlalchemy.ext.asyncio import AsyncSession

from bot.delivery.failures import is_gone, linear_failure
from bot.delivery.linear_api import LinearError
from bot.delivery.linear_issues import ISSUE_PAUSE_SECONDS, Clock
from bot.delivery.linear_reading import seen_issue
from bot.delivery.linear_ways import LinearCalls
from bot.delivery.worker import Record, nothing_more
from bot.domain.effects import Effect
from bot.domain.linear_links import IN_THE_TRASH, NOT_LINKED, NOT_THERE
from bot.domain.linear_names import is_in_workspace
from bot.domain.linear_seen import SeenIssue
from bot.domain.linear_team import NO_TEAM_YET
from bot.domain.linear_threads import VendorNote
from bot.domain.retry import AlreadyDone, RetryAfter
from bot.usecases.linear_links import TieEvent, follow_linear_issue, refuse_link
from bot.usecases.tell import tell_vendors
from storage import linear_shadow, organizations
from storage.transaction import Transaction

# What Linear says of a name that is none of its issues', or of none that the credential may see.
_NOT_FOUND = frozenset({"INVALID_INPUT", "FORBIDDEN"})


class LinearLinking:
    """Looks for Linear issues that people name.

    Args:
        linear: asks Linear.
        transaction: what was found is linked in it.
        clock: gives the time in UTC.
    """

    def __init__(self, linear: LinearCalls, transaction: Transaction, *, clock: Clock) -> None:
        self._linear = linear
        self._transaction = transaction
        self._clock = clock

    async def link_issue(self, effect: Effect) -> Record:
        """Let the issue follow the Linear issue that was named, or tell vendors why it cannot.

        Raises:
            DeliveryFailure: it was not done.
        """
        team_id = await self._team_id(effect)
        if team_id is None:
            raise RetryAfter(NO_TEAM_YET, ISSUE_PAUSE_SECONDS)
        found = await self._find(effect, team_id)
        user_id, door = int(effect.about["user_id"]), str(effect.about["door"])
        if isinstance(found, SeenIssue):
            follow = partial(follow_linear_issue, ref=effect.ref, seen=found, user_id=user_id, door=door)
            await self._transaction.write(partial(follow, now=self._clock()))
            return nothing_more
        wanted = TieEvent(effect.ref, user_id, NOT_LINKED, door, str(effect.about["wanted"]), found)
        return partial(refuse_link, wanted=wanted, now=self._clock(), is_new="is_new" in effect.about)

    async def offer_link(self, effect: Effect) -> Record:
        """Offer vendors the Linear issue whose address one of them pasted, if it is of their own team.

        Raises:
            DeliveryFailure: it was not done, or there is nothing to offer.
        """
        team_id = await self._team_id(effect)
        found = None if team_id is None else await self._find(effect, team_id)
        if not isinstance(found, SeenIssue):
            raise AlreadyDone(found or NO_TEAM_YET)
        shadow = await self._transaction.read(partial(linear_shadow.shadow_of, ref=effect.ref))
        if shadow is not None and shadow.linear_id == found.linear_id:
            raise AlreadyDone("it follows that one")
        return partial(_offer, effect=effect, found=found)

    async def _team_id(self, effect: Effect) -> str | None:
        look = partial(organizations.organization, organization_id=effect.organization_id)
        return (await self._transaction.read(look)).linear_team_id

    async def _find(self, effect: Effect, team_id: str) -> SeenIssue | str:
        """Return the Linear issue, or in words why it cannot be linked.

        Of what is not in the organization's own team nothing is said, not even that it is there.
        """
        try:
            asked = {"id": str(effect.about["wanted"])}
            answer = await self._linear.try_to_run(effect.organization_id, "Issue", asked)
        except (LinearError, httpx.TransportError) as error:
            if isinstance(error, LinearError) and (is_gone(error) or error.code in _NOT_FOUND):
                return NOT_THERE
            raise linear_failure(error) from error
        seen = seen_issue(answer["issue"])
        workspace = str(effect.about.get("workspace") or "") or None
        if seen.team_id != team_id or not is_in_workspace(seen.url, workspace):
            return NOT_THERE
        return IN_THE_TRASH if seen.gone else seen


async def _offer(session: AsyncSession, *, effect: Effect, found: SeenIssue) -> None:
    more = {"linear_id": found.linear_id, "identifier": found.identifier}
    await tell_vendors(session, effect.ref, VendorNote.LINK_OFFERED, **more)
