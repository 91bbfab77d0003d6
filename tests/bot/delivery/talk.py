"""People at work on an issue, for what is delivered of it."""

from datetime import datetime
from functools import partial

from bot.domain.conversation import CommentVisibility, MessageAddress
from bot.domain.issues import Issue
from bot.domain.life import Action
from bot.domain.organizations import ChannelAddress, ChannelLink, Visibility
from bot.domain.people import SlackAccount
from bot.domain.people import User as CrmUser
from bot.domain.places import Audience
from bot.usecases.act import Done, Wish, act
from bot.usecases.converse import Words, say
from bot.usecases.link_channel import link_channel
from sandbox.slack import Message, User
from storage import comments, links, people
from tests.bot.delivery.office import Office
from tests.storage.seeds import NOW

PUBLIC, INTERNAL = CommentVisibility.PUBLIC, CommentVisibility.INTERNAL


async def known(office: Office, user: User) -> CrmUser:
    """Return a member of the workspace as the CRM knows them."""
    account = SlackAccount(office.team.id, user.id)
    found = await office.transaction.read(partial(people.user_of, account=account))
    assert found is not None
    return found


async def do(
    office: Office, issue: Issue, action: Action, *, by: User, value: str | None = None, now: datetime = NOW
) -> None:
    """Let somebody do something; what is owed of it is not delivered yet."""
    wish = Wish(user=await known(office, by), action=action, door="slack", value=value)
    outcome = await office.transaction.write(partial(act, ref=issue.ref, wish=wish, now=now))
    assert isinstance(outcome, Done), outcome


async def comment(
    office: Office,
    issue: Issue,
    text: str,
    *,
    by: User,
    visibility: CommentVisibility = PUBLIC,
    source: MessageAddress | None = None,
    said_to: Audience | None = None,
) -> int:
    """Let somebody say something; what is owed of it is not delivered yet. Returns the comment's id."""
    user = await known(office, by)
    words = Words(user=user, visibility=visibility, text=text, door="slack", source=source, said_to=said_to)
    return await office.transaction.write(partial(say, ref=issue.ref, words=words, now=NOW))


async def change(office: Office, issue: Issue, comment_id: int, **values: object) -> None:
    """Write new values of a comment, as if somebody had been faster than the worker; nothing is owed of it."""
    write = partial(comments.change_comment, ref=issue.ref, comment_id=comment_id, values=values)
    await office.transaction.write(write)


async def withdraw_triage(office: Office) -> None:
    """Let vendors see the issue nowhere any more."""
    address = ChannelAddress(office.team.id, office.triage.id)
    await office.transaction.write(partial(links.withdraw_triage, channel=address))


async def open_shared(office: Office) -> int:
    """Register Acme with one channel, in which customers and vendors both are; returns its id."""
    acme = await office.register("Acme")
    both = ChannelLink(
        address=ChannelAddress(office.team.id, office.intake.id),
        organization_id=acme,
        intake=True,
        triage=True,
        visibility=Visibility.SHARED,
    )
    await office.transaction.write(partial(link_channel, link=both, now=NOW))
    await office.settle()
    return acme


def thread(office: Office, head: Message) -> list[str]:
    """Return the replies under a message, as a person reads them."""
    return [office.slack.as_text(reply) for reply in office.slack.replies(head)]
