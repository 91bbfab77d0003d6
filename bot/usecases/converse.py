"""Say something about an issue, change what was said, or take it back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.conversation import COMMENT_LIMIT, CommentVisibility, MessageAddress, sort_reply, widest_of
from bot.domain.issues import IssueRef
from bot.domain.life import Action, Role
from bot.domain.people import User
from bot.domain.places import Audience
from bot.domain.text import can_be_seen, clean, shorten
from bot.errors import InvalidError
from bot.usecases.act import check_allowed
from bot.usecases.follow_linear import offer_links
from bot.usecases.tell import show_comment, tell_linear_of_comment
from storage import comments, files, inbox, links, lives, organizations
from storage.comments import NewComment, StoredComment
from storage.files import GivenFile

SAY_SOMETHING = "Write a few words first."
TOO_LONG = "A comment can have {limit:,} characters; this one has {length:,}."
_ACTION_OF = {
    CommentVisibility.PUBLIC: Action.COMMENT_PUBLIC,
    CommentVisibility.INTERNAL: Action.COMMENT_INTERNAL,
}


@dataclass(frozen=True, kw_only=True)
class Words:
    """What somebody says, where, and through which door.

    ``source`` is the Slack message in which it was said, in the thread of ``said_to``, if it was.
    ``as_customer``: it is said for the customer's side by somebody who may be on both.
    ``request_key`` makes saying it again answer the same comment.
    """

    user: User
    visibility: CommentVisibility
    text: str
    door: str
    as_customer: bool = False
    source: MessageAddress | None = None
    said_to: Audience | None = None
    request_key: str | None = None
    given_files: Sequence[GivenFile] = ()


@dataclass(frozen=True, kw_only=True)
class Reply:
    """A message in an issue's thread, as Slack tells of it: ``text`` as a person reads it.

    ``begins_with_name``: of somebody or something that is mentioned; whatever the name is, it is no marker.
    ``edited_at``: when it became what it says, by Slack's own time; None: it was never edited.
    """

    source: MessageAddress
    thread_ts: str
    text: str
    begins_with_name: bool = False
    edited_at: datetime | None = None
    given_files: Sequence[GivenFile] = ()


async def say(session: AsyncSession, ref: IssueRef, words: Words, now: datetime) -> int:
    """Add a comment, and let it be told where it may be seen; returns its id.

    Raises:
        NotFoundError: there is no such issue.
        ForbiddenError: this person may not say it.
        InvalidError: there is nothing in it, or too much.
    """
    living = await check_allowed(session, ref, words.user, _ACTION_OF[words.visibility])
    if words.request_key is not None:
        already = await comments.comment_of_request(session, ref, words.request_key)
        if already is not None:
            return already.id
    text = _checked(words.text, has_files=bool(words.given_files))
    roles = await lives.roles_towards(session, words.user.id, living)
    new = NewComment(
        ref=ref,
        author_user_id=words.user.id,
        by_customer=Role.CUSTOMER in roles and (words.as_customer or not roles & {Role.VENDOR, Role.EMPLOYEE}),
        visibility=words.visibility,
        text=text,
        door=words.door,
        source=words.source,
        request_key=words.request_key,
        now=now,
    )
    comment_id = await comments.add_comment(session, new)
    await files.add_files(session, ref, words.given_files, comment_id=comment_id, now=now)
    await show_comment(session, ref, comment_id, said_to=words.said_to, shown=words.visibility)
    await tell_linear_of_comment(session, ref, comment_id)
    return comment_id


def _checked(text: str, *, has_files: bool) -> str:
    text = clean(text)
    if not can_be_seen(text) and not has_files:
        raise InvalidError(SAY_SOMETHING)
    if len(text) > COMMENT_LIMIT:
        raise InvalidError(TOO_LONG.format(limit=COMMENT_LIMIT, length=len(text)))
    return text


async def hear(session: AsyncSession, user: User, reply: Reply, door: str, now: datetime) -> None:
    """Take a reply in an issue's thread as a comment; a message that is known already changes nothing.

    Raises:
        ForbiddenError: this person may not write about the issue.
    """
    place = await _held_place(session, reply.source, reply.thread_ts)
    if place is None or await comments.comment_said_in(session, reply.source) is not None:
        return
    if await inbox.is_known(session, _deletion_of(reply.source)):
        return
    ref, audience = place
    visibility, text = await _sorted(session, ref, audience, reply)
    if not can_be_seen(text) and not reply.given_files:
        return
    words = Words(
        user=user,
        visibility=visibility,
        text=text,
        door=door,
        as_customer=audience is not Audience.TRIAGE,
        source=reply.source,
        said_to=audience,
        given_files=reply.given_files,
    )
    comment_id = await say(session, ref, words, now)
    if reply.edited_at is not None:
        await comments.change_comment(session, ref, comment_id, {"edited_at": reply.edited_at})
    if audience is Audience.TRIAGE:
        await offer_links(session, ref, text, now)


async def hear_edit(session: AsyncSession, user: User, reply: Reply, door: str, now: datetime) -> None:
    """Let a comment follow the edit of the message in which it was said; the marker may come or go with it.

    Slack keeps no order, and may tell an edit twice: one that is older than what is known changes nothing, and one
    that is told before its message stands for it.

    Raises:
        ForbiddenError: this person may not write it (any more); the comment stays as it was.
    """
    place = await _held_place(session, reply.source, reply.thread_ts)
    stored = await comments.comment_said_in(session, reply.source)
    if stored is None:
        await hear(session, user, reply, door, now)
    if place is None or stored is None or stored.deleted or _is_stale(stored, reply):
        return
    ref, audience = place
    visibility, text = await _sorted(session, ref, audience, reply)
    if not can_be_seen(text) and not await files.files_of_comment(session, ref, stored.id):
        # The marker alone says nothing to the customer.
        visibility, text = sort_reply(clean(reply.text), audience, "")
    values: dict[str, object] = {} if reply.edited_at is None else {"edited_at": reply.edited_at}
    if (visibility, text) != (stored.visibility, stored.text):
        if visibility is CommentVisibility.PUBLIC or stored.visibility is visibility:
            # What was for the customer can be taken back by whoever said it, whatever they may do now.
            await check_allowed(session, ref, user, _ACTION_OF[visibility])
        values |= {"text": text, "visibility": visibility}
        widest = widest_of(stored.visibility, visibility)
        await show_comment(session, ref, stored.id, said_to=audience, shown=widest)
        await tell_linear_of_comment(session, ref, stored.id)
        if audience is Audience.TRIAGE:
            await offer_links(session, ref, text, now)
    if values:
        await comments.change_comment(session, ref, stored.id, values)


def _is_stale(stored: StoredComment, reply: Reply) -> bool:
    return stored.edited_at is not None and (reply.edited_at is None or reply.edited_at <= stored.edited_at)


async def hear_deletion(session: AsyncSession, source: MessageAddress, thread_ts: str, now: datetime) -> None:
    """Let a comment go with the message in which it was said.

    Slack keeps no order: a message that is deleted before we are told of it is remembered, and not taken.
    """
    place = await _held_place(session, source, thread_ts)
    stored = await comments.comment_said_in(session, source)
    if stored is None:
        await inbox.is_news(session, _deletion_of(source), now)
    if place is None or stored is None or stored.deleted:
        return
    ref, audience = place
    await comments.change_comment(session, ref, stored.id, {"deleted_at": now})
    await show_comment(session, ref, stored.id, said_to=audience, shown=stored.visibility)
    await tell_linear_of_comment(session, ref, stored.id)


async def _held_place(
    session: AsyncSession, source: MessageAddress, thread_ts: str
) -> tuple[IssueRef, Audience] | None:
    """Return the issue in whose thread a message stands, and whose thread it is.

    Until the commit nobody else follows a message of this issue: what is told of one at once has an order then.
    """
    place = await links.issue_at(session, source.team_id, source.channel_id, thread_ts)
    if place is not None:
        await lives.hold_issue(session, place[0])
    return place


async def _sorted(
    session: AsyncSession, ref: IssueRef, audience: Audience, reply: Reply
) -> tuple[CommentVisibility, str]:
    organization = await organizations.organization(session, ref.organization_id)
    marker = "" if reply.begins_with_name else organization.reply_marker
    visibility, text = sort_reply(reply.text, audience, marker)
    # Names in place of ids can make it longer than Slack allows: it is cut, and not lost.
    return visibility, shorten(clean(text), COMMENT_LIMIT)


def _deletion_of(source: MessageAddress) -> str:
    return f"slack:deleted:{source.team_id}:{source.channel_id}:{source.ts}"
