"""An issue at Acme with everyone around it, and nothing owed of it yet."""

from dataclasses import dataclass
from functools import partial
from typing import Any

from sqlalchemy import delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.conversation import MessageAddress
from bot.domain.effects import EffectKind
from bot.domain.issues import Draft, Issue, IssueRef
from bot.domain.life import Action
from bot.domain.people import ProfileKind, SlackAccount, User
from bot.domain.places import Audience
from bot.usecases.act import Done, Refused, Wish, act
from bot.usecases.link_channel import link_channel
from bot.usecases.raise_issue import raise_issue
from bot.usecases.recognize import recognize
from bot.usecases.register import register_organization
from bot.usecases.store_issues import RaiseRequest
from storage import channels, links, lives, organizations, people, tables
from storage.lives import LivingIssue
from storage.transaction import Transaction
from tests.bot.usecases.town import ADA, DESK, HELP, TEAM, VERA, become, channel, member, registration
from tests.storage.seeds import NOW

HEAD, TRIAGE_HEAD = "1.0", "2.0"
DOOR = "slack"


@dataclass(frozen=True)
class Scene:
    """Ada's issue, shown in Acme's intake channel and in its triage channel.

    Vera owns Acme and is its vendor, employee and customer; Victor is a vendor, Emil an employee, Bo another
    customer, and Sue nobody there. ``other`` is another organization, which Olga owns.
    """

    transaction: Transaction
    acme: int
    other: int
    issue: Issue
    ada: User
    bo: User
    vera: User
    victor: User
    emil: User
    sue: User
    olga: User

    @property
    def ref(self) -> IssueRef:
        return self.issue.ref

    async def act(self, user: User, action: Action, **more: Any) -> Done | Refused:
        """Let somebody do something in a transaction of its own."""
        given = {"now": NOW, "ref": self.ref, **{key: more.pop(key) for key in ("now", "ref") if key in more}}
        wish = Wish(user=user, action=action, door=DOOR, **more)
        return await self.transaction.write(partial(act, wish=wish, **given))

    async def done(self, user: User, action: Action, **more: Any) -> Issue:
        """Let somebody do what is not refused."""
        outcome = await self.act(user, action, **more)
        assert isinstance(outcome, Done), outcome
        return outcome.issue

    async def living(self) -> LivingIssue:
        """Return the issue as it stands."""
        found = await self.transaction.read(partial(lives.living_issue, ref=self.ref))
        assert found is not None
        return found

    async def story(self) -> list[str]:
        """Return what happened to the issue since it was raised."""
        return [event.what for event in await self.transaction.read(partial(lives.timeline, ref=self.ref))][1:]

    async def owed(self) -> list[str]:
        """Return what is owed since the issue was raised: where, what, and what it names beside the issue."""
        return await self.transaction.read(_owed)

    async def owed_in_slack(self) -> list[str]:
        """Return what is owed to anybody in Slack, as ``owed`` does."""
        return [one for one in await self.owed() if not one.startswith("linear")]

    async def forget_owed(self) -> None:
        """Let nothing be owed any more."""
        await self.transaction.write(_forget)

    async def switch_off(self, user: User, kind: ProfileKind | None = None) -> None:
        """Switch off somebody's profile of this kind at Acme, or all of them as a person."""
        await self.transaction.write(partial(_switch_off, user_id=user.id, organization_id=self.acme, kind=kind))

    async def hide_triage(self) -> None:
        """Let vendors see the issue nowhere any more."""
        await self.transaction.write(partial(links.withdraw_triage, channel=DESK))

    async def share_message(self) -> None:
        """Let one message, where customers are, show the issue to customers and vendors both."""
        await self.hide_triage()
        await self.transaction.write(partial(_share, issue_id=self.issue.id))

    async def show_both_in_one_channel(self) -> None:
        """Let both messages stand in one channel, as in the direct message of an owner who is the customer."""
        await self.transaction.write(partial(_gather, issue_id=self.issue.id))

    async def make_vendor(self, user: User) -> None:
        """Let somebody be a vendor of Acme too."""
        await become(self.transaction, user, self.acme, ProfileKind.VENDOR)


async def _gather(session: AsyncSession, *, issue_id: int) -> None:
    table = tables.IssueMessage
    await session.execute(update(table).where(table.issue_id == issue_id).values(channel_id=DESK.channel_id))


async def _share(session: AsyncSession, *, issue_id: int) -> None:
    table = tables.IssueMessage
    await session.execute(update(table).where(table.issue_id == issue_id).values(audience=Audience.BOTH))


async def _owed(session: AsyncSession) -> list[str]:
    query = (
        select(tables.Lane.destination, tables.Effect.kind, tables.Effect.about)
        .join(tables.Effect, tables.Effect.lane_id == tables.Lane.id)
        .order_by(tables.Lane.destination, tables.Effect.seq)
    )
    found = []
    for destination, kind, about in await session.execute(query):
        named = [str(value) for key, value in about.items() if key in {"field", "comment_id"}]
        found.append(" ".join([destination, EffectKind(kind), *named]))
    return found


async def _forget(session: AsyncSession) -> None:
    await session.execute(delete(tables.Effect))
    await session.execute(delete(tables.Lane))


async def _switch_off(
    session: AsyncSession, *, user_id: int, organization_id: int, kind: ProfileKind | None
) -> None:
    if kind is None:
        await session.execute(update(tables.CrmUser).where(tables.CrmUser.id == user_id).values(active=False))
        return
    profile = tables.Profile
    here = (profile.user_id == user_id, profile.organization_id == organization_id, profile.kind == kind)
    await session.execute(update(profile).where(*here).values(active=False))


async def open_scene(transaction: Transaction) -> Scene:
    """Register both organizations, let everyone be known, and let Ada raise an issue that is shown twice."""
    acme, other, people_by_name = await transaction.write(_found)
    issue = await _raised(transaction, people_by_name["ada"], acme)
    await transaction.write(partial(_shown, ref=issue.ref))
    return Scene(transaction=transaction, acme=acme, other=other, issue=issue, **people_by_name)


async def _found(session: AsyncSession) -> tuple[int, int, dict[str, User]]:
    acme = (await register_organization(session, registration(), NOW)).organization_id
    owner = {"account": SlackAccount(TEAM, "UOWNER"), "email": "owner@other.example"}
    other = (await register_organization(session, registration("Other", **owner), NOW)).organization_id
    await link_channel(session, channel(acme, HELP), NOW)
    await link_channel(session, channel(acme, DESK, intake=False, triage=True), NOW)
    kinds = {"bo": ProfileKind.CUSTOMER, "victor": ProfileKind.VENDOR, "emil": ProfileKind.EMPLOYEE}
    known = {"ada": await recognize(session, member(), NOW), "vera": await recognize(session, member(VERA), NOW)}
    for name in ("bo", "victor", "emil", "sue", "olga"):
        account = SlackAccount(TEAM, f"U{name.upper()}")
        who = member(account, first_name=name.capitalize(), email=f"{name}@acme.example")
        known[name] = await recognize(session, who, NOW)
        if name in kinds:
            await people.add_profiles(session, known[name].id, acme, [kinds[name]], NOW)
    await people.add_profiles(session, known["olga"].id, other, [ProfileKind.VENDOR], NOW)
    return acme, other, known


async def _shown(session: AsyncSession, *, ref: IssueRef) -> None:
    """Let both messages be posted, and nothing be owed any more."""
    for audience, where, ts in ((Audience.CUSTOMER, HELP, HEAD), (Audience.TRIAGE, DESK, TRIAGE_HEAD)):
        place = {"channel_id": where.channel_id, "ts": ts}
        await links.set_message_posted(session, ref.organization_id, ref.issue_id, audience, **place)
    await _forget(session)


async def _raised(transaction: Transaction, ada: User, acme: int) -> Issue:
    request = RaiseRequest(
        user=ada,
        account=ADA,
        organization=await transaction.read(partial(organizations.organization, organization_id=acme)),
        origin=await transaction.read(partial(channels.channel_link, address=HELP)),
        draft=Draft(title="Export fails", description="It says 500."),
        raise_key="key",
        door=DOOR,
    )
    return (await raise_issue(transaction, request, NOW)).issue


def said_in(audience: Audience, ts: str) -> MessageAddress:
    """Return the address of a message in a thread of the issue."""
    where = DESK if audience is Audience.TRIAGE else HELP
    return MessageAddress(where.team_id, where.channel_id, ts)


async def rows(transaction: Transaction, table: type[tables.Base]) -> int:
    """Count a table's rows."""

    async def count(session: AsyncSession) -> int:
        return await session.scalar(select(func.count()).select_from(table)) or 0

    return await transaction.read(count)
