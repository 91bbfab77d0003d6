"""Conversations about many issues at once, by chance: what people say, change and take back, and who may read it.

Every internal word begins with ``HUSH`` and every public one with ``OPEN``; each is said once only.
"""

import json
import random
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.issues import Category, IssueRef, Priority, Status, format_number
from bot.domain.people import ProfileKind
from bot.domain.places import Audience, Origin
from bot.domain.shown import PublicIssue
from bot.views.issue_buttons import vendor_buttons
from sandbox.slack import Channel, Message, User, messages
from storage import people, tables
from tests.world import NOW, World

WORD = re.compile(r"(?:HUSH|OPEN)\d+")
INTERNAL = (
    "{}",
    "{} is what we tell @customer",
    "@customers {}",
    "@customer's {}",
    "@customer.io: {}",
    " @customer {}",
    "@customer.success {}",
    "> @customer {}",
    "*@customer* {}",
    "@customer-{}",
    "&lt;@customer&gt; {}",
)
PUBLIC = ("@customer {}", "@Customer: {}", "@CUSTOMER, {}", "@customer\n{}", "@customer:{}", "@customer! {} :tada:")


@dataclass
class Said:
    """One message of a person: the word that it says now, None once it is deleted. ``was_public``: ever."""

    message: Message
    user: User
    word: str | None
    was_public: bool

    @property
    def public(self) -> bool:
        """Whether the customer may read what it says."""
        return self.word is not None and self.word.startswith("OPEN")


@dataclass
class Talk:
    """What is said about one issue. ``triage`` is None where the channel is both."""

    ref: IssueRef
    theirs: Message
    triage: Message | None
    customer: User
    to_all: list[Said] = field(default_factory=list)
    in_triage: list[Said] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    answers: list[str] = field(default_factory=list)


async def laid(world: World, count: int) -> list[Talk]:
    """Lay out so many issues with their messages, as if all had been raised and shown.

    In turn: shown to a whole channel, to the customer alone, and in a channel that is both.
    """
    company, organization_id = world.company, world.acme.organization_id
    customers = [company.ada, company.bo]
    ids = [await world.join(user, ProfileKind.CUSTOMER) for user in customers]
    address, company.app.request_url = company.app.request_url, None
    talks = [
        _talk(world, IssueRef(organization_id, number + 1), number % 3, customers[number % 2])
        for number in range(count)
    ]
    company.app.request_url = address

    async def write(session: AsyncSession) -> None:
        records = [await people.get_or_add_customer_record(session, each, organization_id, NOW) for each in ids]
        rows = [_issue_row(talk.ref, records[number % 2][0]) for number, talk in enumerate(talks)]
        await session.execute(insert(tables.Issue), rows)
        await session.execute(insert(tables.IssueMessage), [row for talk in talks for row in _message_rows(talk)])

    await world.bot.transaction.write(write)
    return talks


def _talk(world: World, ref: IssueRef, kind: int, customer: User) -> Talk:
    company = world.company
    direct = company.slack.direct_channel(company.app, customer)
    theirs = _message(world, direct if kind == 1 else company.intake)
    triage = None if kind == 2 else _message(world, company.triage)
    issue = PublicIssue(
        ref=ref,
        number=format_number(NOW.year, ref.issue_id),
        title="Export fails",
        description="",
        status=Status.OPEN,
        priority=Priority.MEDIUM,
        category=Category.BUG,
        organization_name="Acme",
        customer_name=customer.real_name,
        assignee_first_name=None,
    )
    (triage or theirs).blocks = [{**vendor_buttons(issue).to_dict(), "block_id": "vendor_buttons"}]
    return Talk(ref, theirs, triage, customer)


def _message(world: World, channel: Channel) -> Message:
    slack = world.company.slack.world
    return messages.post(slack, messages.by_app(slack, world.company.app, channel, "An issue", None))


def _issue_row(ref: IssueRef, record_id: int) -> dict[str, Any]:
    return {
        "id": ref.issue_id,
        "organization_id": ref.organization_id,
        "number": format_number(NOW.year, ref.issue_id),
        "title": "Export fails",
        "description": "",
        "status": Status.OPEN,
        "priority": Priority.MEDIUM,
        "category": Category.BUG,
        "customer_record_id": record_id,
        "origin": Origin.CHANNEL,
        "raise_key": f"talk {ref.issue_id}",
        "created_at": NOW,
        "updated_at": NOW,
    }


def _message_rows(talk: Talk) -> Iterator[dict[str, Any]]:
    shown = [(Audience.BOTH if talk.triage is None else Audience.CUSTOMER, talk.theirs)]
    for audience, message in [*shown, *([(Audience.TRIAGE, talk.triage)] if talk.triage else [])]:
        yield {
            "issue_id": talk.ref.issue_id,
            "organization_id": talk.ref.organization_id,
            "audience": audience,
            "team_id": message.channel.team.id,
            "channel_id": message.channel.id,
            "slack_user_id": talk.customer.id if message.channel.kind == "im" else None,
            "ts": message.ts,
        }


class Chatter:
    """People who talk by chance.

    Args:
        world: where.
        seed: the same seed gives the same conversations.
    """

    def __init__(self, world: World, seed: int) -> None:
        self._world = world
        self._slack = world.company.slack
        self._chance = random.Random(seed)  # noqa: S311 - chance, not a secret
        self._words = 0
        self.vendors = [world.company.vera, world.company.victor]

    def _word(self, kind: str) -> str:
        self._words += 1
        return f"{kind}{self._words}"

    def _triage_text(self) -> tuple[str, str]:
        public = self._chance.random() < 0.4
        word = self._word("OPEN" if public else "HUSH")
        return self._chance.choice(PUBLIC if public else INTERNAL).format(word), word

    async def go_on(self, talk: Talk) -> None:
        """Let something happen in a conversation."""
        acts = [*[self._reply_in_triage] * 5, *[self._edit] * 6, *[self._reply_to_all] * 2]
        acts += [self._edit_to_all, self._delete, self._use_menu, self._tell_again]
        await self._chance.choice(acts)(talk)

    async def _reply_to_all(self, talk: Talk) -> None:
        word, user = self._word("OPEN"), self._chance.choice([talk.customer, *self.vendors])
        person = self._slack.as_user(talk.customer if talk.theirs.channel.kind == "im" else user)
        message = await person.post(talk.theirs.channel, f"It fails: {word}", thread=talk.theirs)
        talk.to_all.append(Said(message, person.user, word, was_public=True))

    async def _reply_in_triage(self, talk: Talk) -> None:
        if talk.triage is None:
            await self._reply_to_all(talk)
            return
        user, (text, word) = self._chance.choice(self.vendors), self._triage_text()
        message = await self._slack.as_user(user).post(talk.triage.channel, text, thread=talk.triage)
        talk.in_triage.append(Said(message, user, word, was_public=word.startswith("OPEN")))

    async def _edit(self, talk: Talk) -> None:
        alive = [said for said in talk.in_triage if said.word]
        if not alive:
            await self._reply_in_triage(talk)
            return
        said, (text, word) = self._chance.choice(alive), self._triage_text()
        await self._slack.as_user(said.user).edit(said.message, text)
        said.word, said.was_public = word, said.was_public or word.startswith("OPEN")

    async def _edit_to_all(self, talk: Talk) -> None:
        alive = [said for said in talk.to_all if said.word]
        if not alive:
            await self._reply_to_all(talk)
            return
        said = self._chance.choice(alive)
        said.word = self._word("OPEN")
        await self._slack.as_user(said.user).edit(said.message, f"@customer, rather {said.word}")

    async def _delete(self, talk: Talk) -> None:
        alive = [said for said in (*talk.to_all, *talk.in_triage) if said.word]
        if not alive:
            await self._reply_in_triage(talk)
            return
        said = self._chance.choice(alive)
        said.word = None
        await self._slack.as_user(said.user).delete(said.message)

    async def _use_menu(self, talk: Talk) -> None:
        internal = self._chance.random() < 0.7
        label, word = ("Internal note", "HUSH") if internal else ("Reply to customer", "OPEN")
        word = self._word(word)
        person = self._slack.as_user(self._chance.choice(self.vendors))
        assert (await person.press(talk.triage or talk.theirs, label)).ok
        person.fill(label, f"@customer {word}")
        result = await person.submit()
        assert result.closed, result
        (talk.notes if internal else talk.answers).append(word)

    async def _tell_again(self, talk: Talk) -> None:
        told = [sent for sent in self._slack.deliveries[-200:] if sent.kind == "event" and sent.ok]
        if not told:
            await self._reply_in_triage(talk)
        else:
            await self._slack.deliver_again(self._chance.choice(told))


def words(text: str) -> list[str]:
    """Return the words that stand in a text, in their order."""
    return WORD.findall(text)


def shown_by_bot(world: World, message: Message | None) -> list[str]:
    """Return the words that the bot repeated under a message."""
    replies = world.company.slack.replies(message) if message else []
    shown = [reply for reply in replies if reply.app is world.company.app]
    return sorted(word for reply in shown for word in words(world.company.slack.as_text(reply)))


def told_to_customers(world: World) -> Iterator[str]:
    """Yield all that the bot ever told Slack for anywhere but the triage channel, and what stands there now."""
    slack, triage = world.company.slack, world.company.triage
    for call in slack.calls:
        if call.args.get("channel") != triage.id or call.method == "chat.postEphemeral":
            yield json.dumps([call.method, call.args, call.response])
    for channel in slack.world.channels.values():
        for message in channel.messages.values() if channel is not triage else ():
            if message.app is not None:
                yield json.dumps([message.text, message.blocks, message.metadata, message.attachments])
    for view in slack.world.views.values():
        yield json.dumps(view.payload)


async def stored(world: World) -> list[tuple[str, str, str | None]]:
    """Return of each comment that is there who may read it, its word, and the message in which it was said."""

    async def look(session: AsyncSession) -> list[tuple[str, str, str | None]]:
        found = await session.scalars(select(tables.Comment).where(tables.Comment.deleted_at.is_(None)))
        return [(row.visibility, words(row.text)[0], row.source_ts) for row in found]

    return await world.bot.transaction.read(look)


async def owed_to_customers(world: World) -> list[tuple[str, Any]]:
    """Return of each comment of which customers were owed something its id and the message in which it was said."""

    async def look(session: AsyncSession) -> list[tuple[str, Any]]:
        effects = await session.scalars(select(tables.Effect).where(tables.Effect.kind == "slack.show_comment"))
        owed = {effect.about["comment_id"] for effect in effects if effect.about["audience"] != "triage"}
        rows = await session.scalars(select(tables.Comment))
        return [(words(row.text)[0], row.source_ts) for row in rows if row.id in owed]

    return await world.bot.transaction.read(look)
