"""POST /api/client/issues/raise/: raise an issue, and wait a moment for Linear."""

import asyncio
import secrets
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus

from fastapi import Request
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.responses import JSONResponse

from bot.domain.issues import Category, Draft, Field, IssueRef, Priority, check, tidy
from bot.domain.listed import PublicEntry
from bot.domain.organizations import Organization
from bot.domain.people import SlackAccount
from bot.domain.places import Origin
from bot.errors import ForbiddenError, InvalidError, NotFoundError
from bot.usecases.choose_organization import check_may_raise
from bot.usecases.modes import modes_of
from bot.usecases.once import Answer, Keyed, claim, first_answer, keep
from bot.usecases.raise_issue import raise_issue
from bot.usecases.store_issues import RaiseRequest
from bot.usecases.tokens import Bearer
from handlers.http.asked import DESCRIPTION_LIMIT, Key, RaiseBody, Who
from handlers.http.parts import DOOR, HttpParts
from handlers.http.shapes import RaisedIssue
from handlers.http.showing import issue_shape, linear_shape
from handlers.http.writing import keyed, sent, told
from storage import browsing, linear_connections, organizations, people

SYNCED = "Issue raised successfully and synced to Linear"
PENDING = "Issue raised successfully; Linear sync is pending"
OFF = "Issue raised successfully; Linear sync is off"
NO_SUCH_ORGANIZATION = "There is no such organization for this token: it speaks for {name} alone."
OTHER_ORGANIZATION = "This token speaks for {name} alone. Use one of {other} to raise an issue there."


@dataclass(frozen=True, kw_only=True)
class _Begun:
    """What is known before anything is raised. ``first`` is the answer that this request had before."""

    first: Answer | None
    organization: Organization
    account: SlackAccount | None
    raise_key: str


class Raising:
    """Raises issues.

    Args:
        parts: of the API.
    """

    def __init__(self, parts: HttpParts) -> None:
        self._parts = parts

    async def raise_issue(self, body: RaiseBody, who: Who, request: Request, key: Key = None) -> JSONResponse:
        """Raise an issue as a customer of the token's organization.

        It is stored before the answer; what Slack and Linear get of it follows by itself. The answer waits up to
        two seconds for Linear and says how far it is. Needs an active customer profile: the API makes none. A
        customer who is not known in Slack gets no message there.
        """
        draft = _draft(body)
        transaction, asked = self._parts.transaction, keyed(request, who, key, body)
        begin = partial(self._begin, who=who, named=body.organization, asked=asked)
        begun = await (transaction.read(begin) if asked is None else transaction.write(begin))
        if begun.first is not None:
            return sent(begun.first)
        wanted = RaiseRequest(
            user=who.user,
            account=begun.account,
            organization=begun.organization,
            origin=None,
            draft=draft,
            raise_key=begun.raise_key,
            door=DOOR,
            elsewhere=Origin.API,
        )
        raised = await raise_issue(transaction, wanted, self._parts.clock())
        answer = await self._answer(raised.issue.ref)
        if asked is not None:
            answer = await transaction.write(partial(keep, keyed=asked, answer=answer))
        return sent(answer)

    async def _begin(
        self, session: AsyncSession, *, who: Bearer, named: int | str | None, asked: Keyed | None
    ) -> _Begun:
        """Claim the key, and find out whether the issue may be raised; a refusal gives the key up again."""
        first, raise_key = None, f"{DOOR}:{who.token_id}:{secrets.token_hex(16)}"
        if asked is not None:
            claimed = await claim(session, asked, self._parts.clock())
            first = first_answer(claimed)
            # With the claim's time: a key may be used for something new once it is forgotten.
            raise_key = f"{DOOR}:{who.token_id}:{claimed.claimed_at.isoformat()}:{asked.key}"
        organization = await organizations.organization(session, who.organization_id)
        if first is None:
            await _check_named(session, who, organization, named)
            await check_may_raise(session, who.user, organization, None)
        account = await people.slack_account_of(session, who.user.id)
        return _Begun(first=first, organization=organization, account=account, raise_key=raise_key)

    async def _answer(self, ref: IssueRef) -> Answer:
        linear_on, pace = await self._goes_to_linear(ref), self._parts.pace
        entry = await self._linked(ref, pace.linear_seconds if linear_on else 0)
        body = RaisedIssue(
            message=SYNCED if entry.linear else PENDING if linear_on else OFF,
            issue=issue_shape(entry),
            linear_data=linear_shape(entry.linear),
        )
        return told(HTTPStatus.CREATED, body)

    async def _goes_to_linear(self, ref: IssueRef) -> bool:
        look = partial(linear_connections.is_connected, organization_id=ref.organization_id)
        return self._parts.linear_on or await self._parts.transaction.read(look)

    async def _linked(self, ref: IssueRef, seconds: float) -> PublicEntry:
        """Return the issue as soon as it is in Linear, or as it is after so many seconds."""
        loop = asyncio.get_running_loop()
        until = loop.time() + seconds
        while True:
            entry = (await self._parts.transaction.read(partial(browsing.entry, ref=ref))).entry
            if entry.linear is not None or loop.time() >= until:
                return entry
            await asyncio.sleep(self._parts.pace.look_seconds)


def _draft(body: RaiseBody) -> Draft:
    draft = tidy(
        Draft(
            title=body.title,
            description=body.description or "",
            priority=body.priority or Priority.MEDIUM,
            category=body.category or Category.GENERAL,
        )
    )
    for problem in check(draft, DESCRIPTION_LIMIT):
        # The others name their field themselves.
        prefix = f"{problem.field}: " if problem.field in {Field.PRIORITY, Field.CATEGORY} else ""
        raise InvalidError(prefix + problem.sentence)
    return draft


async def _check_named(session: AsyncSession, who: Bearer, own: Organization, named: int | str | None) -> None:
    """Refuse any organization but the token's own.

    Whether there is another of that name is told only to those who are in it.
    """
    if named is None or _is_named(named, own.id, own.slug):
        return
    for mode in await modes_of(session, who.user.id):
        other = await organizations.organization(session, mode.organization_id)
        if _is_named(named, other.id, other.slug):
            raise ForbiddenError(OTHER_ORGANIZATION.format(name=own.name, other=other.name))
    raise NotFoundError(NO_SUCH_ORGANIZATION.format(name=own.name))


def _is_named(named: int | str, organization_id: int, slug: str) -> bool:
    if isinstance(named, int):
        return named == organization_id
    return named.strip().casefold() in {str(organization_id), slug}
