"""Effects that are owed to Slack: issue messages, their edits, thread lines, a word to an owner."""

import uuid
from collections.abc import Awaitable, Callable, Sequence
from functools import partial

from sqlalchemy.ext.asyncio import AsyncSession

from bot.delivery.slack_posts import SlackPosts
from bot.delivery.slack_words import lines_of, note_words, words_of
from bot.delivery.worker import Record, nothing_more
from bot.domain.effects import Effect, EffectKind, Posted
from bot.domain.people import SlackAccount
from bot.domain.places import Audience
from bot.domain.retry import AlreadyDone, Ambiguous
from bot.domain.shown import InternalIssue, LinearProgress
from bot.usecases.tell import follow_message
from bot.views.issue_message import MessageView, customer_message, shared_message, triage_message
from bot.views.thread_lines import ask_for_team, fit_in_one, in_one
from storage import ledger, links, organizations, people
from storage.effects import waiting_behind
from storage.links import IssueMessage
from storage.shown import IssueFacts, issue_facts, vendors_message
from storage.transaction import Transaction

# Each line is short; more would be a wall of text.
LINES_IN_ONE = 10
LINES_LOOKED_AT = 40

GoesToLinear = Callable[[int], Awaitable[bool]]


class SlackDelivery:
    """Delivers to Slack.

    Args:
        posts: the way to Slack.
        transaction: state is read at the moment of sending.
        goes_to_linear: tells whether an organization's issues go to Linear.
    """

    def __init__(self, posts: SlackPosts, transaction: Transaction, *, goes_to_linear: GoesToLinear) -> None:
        self._posts = posts
        self._transaction = transaction
        self._goes_to_linear = goes_to_linear

    async def post_issue(self, effect: Effect) -> Record:
        """Post the message that shows an issue to an audience.

        Raises:
            DeliveryFailure: it was not posted, or maybe.
        """
        facts, message = await self._message(effect)
        if message.ts is not None:
            raise AlreadyDone("the message is there")
        channel_id = message.channel_id or await self._posts.direct_message(effect, message.slack_user_id or "")
        posted = await self._posts.post(effect, channel_id, await self._view(facts, message))
        return self._posts.recorded(effect, posted, partial(_posted, facts=facts, message=message, posted=posted))

    async def edit_issue(self, effect: Effect) -> Record:
        """Bring the message of an audience up to the issue's present state; raises as ``post_issue``."""
        facts, message = await self._message(effect)
        if message.channel_id is None or message.ts is None:
            raise AlreadyDone("there is no message to edit")
        view = await self._view(facts, message)
        await self._posts.edit(effect, message.channel_id, message.ts, view)
        return nothing_more

    async def post_line(self, effect: Effect) -> Record:
        """Post a line into the thread under an issue's message; raises as ``post_issue``.

        When it had to wait, for its turn or for others of a burst, those behind it go with it, in one message.
        """
        facts, message = await self._message(effect)
        if message.channel_id is None or message.ts is None:
            raise AlreadyDone("there is no message to post a line under")
        waited = effect.granted or effect.about.get("together")
        others = await self._transaction.read(partial(_lines_behind, effect=effect)) if waited else []
        events = [int(one.about["event_id"]) for one in (effect, *others)]
        lines = await lines_of(self._transaction, facts, message.audience, events)
        fitting = fit_in_one(lines)
        also = [one.id for one in others[: fitting - 1]]
        view = in_one(lines[:fitting])
        posted = await self._posts.post(effect, message.channel_id, view, thread_ts=message.ts, also=also)
        return self._posts.recorded(effect, posted)

    async def edit_line(self, effect: Effect) -> Record:
        """Bring a line, or a note for vendors, to what it says today; raises as ``post_issue``."""
        facts, _ = await self._message(effect)
        effect_id = uuid.UUID(str(effect.about["effect_id"]))
        look = partial(ledger.told_with, organization_id=effect.organization_id, effect_id=effect_id)
        told = await self._transaction.read(look)
        if not told:
            raise AlreadyDone("there is no line to edit")
        view = await words_of(self._transaction, facts, told[0].kind, [one.about for one in told])
        if view is not None:
            await self._posts.edit(effect, told[0].channel_id, told[0].ts, view)
        return nothing_more

    async def tell_vendors(self, effect: Effect) -> Record:
        """Post a line for vendors alone into the thread in which they see an issue; raises as ``post_issue``."""
        facts, message = await self._message(effect)
        if message.channel_id is None or message.ts is None:
            raise AlreadyDone("there is no message to post a line under")
        view = await note_words(self._transaction, facts, effect.about)
        return self._posts.recorded(
            effect, await self._posts.post(effect, message.channel_id, view, thread_ts=message.ts)
        )

    async def ask_owner(self, effect: Effect) -> Record:
        """Ask an organization's owner for a Linear team, by direct message; raises as ``post_issue``."""
        look = partial(_owner, organization_id=effect.organization_id)
        name, owner = await self._transaction.read(look)
        if owner is None:
            raise AlreadyDone("the owner is not known in Slack")
        channel_id = await self._posts.direct_message(effect, owner.user_id)
        return self._posts.recorded(effect, await self._posts.post(effect, channel_id, ask_for_team(name)))

    async def permalink(self, facts: IssueFacts) -> str | None:
        """Return the address of the message in which vendors see the issue; None: it is not posted yet.

        Raises:
            DeliveryFailure: Slack does not tell.
        """
        message = vendors_message(facts)
        if message is None or message.channel_id is None or message.ts is None:
            return None
        return await self._posts.permalink(message.channel_id, message.ts)

    async def _view(self, facts: IssueFacts, message: IssueMessage) -> MessageView:
        # What is there went there.
        linear_on = facts.linear is not None or await self._goes_to_linear(facts.issue.organization_id)
        return message_view(facts, message.audience, linear_on=linear_on)

    async def _message(self, effect: Effect) -> tuple[IssueFacts, IssueMessage]:
        look = partial(issue_facts, organization_id=effect.organization_id, issue_id=effect.issue_id)
        facts = await self._transaction.read(look)
        return facts, _of_audience(facts.messages, Audience(str(effect.about["audience"])))


def message_view(facts: IssueFacts, audience: Audience, *, linear_on: bool) -> MessageView:
    """Return what an audience's message is to show of an issue."""
    if audience is Audience.CUSTOMER:
        return customer_message(facts.public)
    if audience is Audience.BOTH:
        return shared_message(facts.public, facts.linear)
    internal = InternalIssue(
        public=facts.public,
        customer_email=facts.customer_email,
        linear=facts.linear or _progress(facts, linear_on=linear_on),
        stuck=facts.stuck,
    )
    return triage_message(internal)


def _progress(facts: IssueFacts, *, linear_on: bool) -> LinearProgress:
    if not linear_on:
        return LinearProgress.OFF
    if facts.unlinked:
        return LinearProgress.UNLINKED
    return LinearProgress.WAITING if facts.linear_team_id else LinearProgress.NO_TEAM


def _of_audience(messages: Sequence[IssueMessage], audience: Audience) -> IssueMessage:
    for message in messages:
        if message.audience is audience:
            return message
    raise AlreadyDone("the issue is not shown to this audience any more")


async def _lines_behind(session: AsyncSession, *, effect: Effect) -> list[Effect]:
    """Return the lines that wait for the same thread, as far as nothing else is to stand between them."""
    lines = []
    for one in await waiting_behind(session, effect, LINES_LOOKED_AT):
        if one.kind is EffectKind.SLACK_POST_LINE and one.about["audience"] == effect.about["audience"]:
            lines.append(one)
        elif one.kind is not EffectKind.SLACK_EDIT_ISSUE:
            break
    return lines[: LINES_IN_ONE - 1]


async def _posted(session: AsyncSession, *, facts: IssueFacts, message: IssueMessage, posted: Posted) -> None:
    issue, stands = facts.issue, {"channel_id": posted.channel_id, "ts": posted.ts}
    if not await links.set_message_posted(session, issue.organization_id, issue.id, message.audience, **stands):
        # It is found, and deleted, when the effect's next turn comes.
        raise Ambiguous("it is shown elsewhere by now")
    await follow_message(session, issue.ref, message.audience)


async def _owner(session: AsyncSession, organization_id: int) -> tuple[str, SlackAccount | None]:
    organization = await organizations.organization(session, organization_id)
    return organization.name, await people.slack_account_of(session, organization.owner_user_id)
