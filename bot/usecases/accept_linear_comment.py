"""Take over what is said in Linear, and let it follow what becomes of it there.

It is internal unless it begins with the organization's marker; without it any more it is taken back from the
customer.
"""

import hashlib
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.conversation import CommentVisibility, widest_of
from bot.domain.effects import EffectKind
from bot.domain.linear_seen import LINEAR_DOOR, ActorKind, LinearActor, LinearPerson, SeenComment, shown_name
from bot.domain.people import normalize_email
from bot.domain.text import can_be_seen
from bot.usecases.linear_threads import know_threads, note_thread
from bot.usecases.linear_words import read_words
from bot.usecases.tell import owe_to_linear, show_comment, tell_linear_of_comment
from storage import comments, inbox, linear_comments, linear_people, lives, organizations
from storage.comments import NewComment, StoredComment
from storage.linear_comments import Counterpart, Follower


def hash_of(body: str) -> str:
    """Return by what a text is known again that Linear returned: it renders Markdown anew."""
    return hashlib.sha256(body.encode("utf-8", "surrogatepass")).hexdigest()


async def accept_linear_comment(
    session: AsyncSession,
    organization_id: int,
    seen: SeenComment,
    by: LinearActor | None,
    now: datetime,
    *,
    read: bool = False,
) -> bool:
    """Let each issue that follows the comment's have it as it was seen; tells whether that changed any.

    Told twice or late it changes nothing. What we wrote there ourselves, and what Linear's integrations write, is
    left alone.

    Args:
        session: of the change.
        organization_id: whose way to Linear told of it.
        seen: the comment.
        by: who did it, where that is known.
        now: UTC.
        read: it was read just now, so it is the last word of two that are equally old.
    """
    await linear_comments.hold_linear_comment(session, organization_id, seen.id)
    ours = await linear_comments.our_comment(session, organization_id, seen.id)
    changed = False
    for found in await linear_comments.followers(session, organization_id, seen.linear_issue_id):
        await lives.hold_issue(session, found.ref)
        one = await linear_comments.follower(session, found.ref)
        if one is None:
            continue
        await note_thread(session, one, seen, now, read=read)
        if ours is None:
            changed |= await _accept(session, one, seen, by, now, read=read)
        elif ours.ref == one.ref:
            await _hear_echo(session, ours, seen)
    return changed


async def accept_linear_comment_gone(
    session: AsyncSession, organization_id: int, linear_comment_id: str, now: datetime
) -> bool:
    """Let a comment go that was deleted in Linear; tells whether that changed any.

    Linear keeps no order: what is deleted before we are told of it is remembered, and not taken. What we wrote
    there is gone there alone. While the exchange is paused it is asked for later.
    """
    await linear_comments.hold_linear_comment(session, organization_id, linear_comment_id)
    await inbox.is_news(session, _deletion_of(organization_id, linear_comment_id), now)
    for one in await linear_comments.followers_with_thread(session, organization_id, linear_comment_id):
        others = {comment_id: url for comment_id, url in one.threads.items() if comment_id != linear_comment_id}
        await know_threads(session, one, others, None, now)
    changed = False
    for part in await linear_comments.counterparts(session, organization_id, linear_comment_id):
        ref = part.comment.ref
        await lives.hold_issue(session, ref)
        follower = await linear_comments.follower(session, ref)
        present = await linear_comments.counterpart(session, ref, part.comment.id)
        if present is None or present.gone:
            continue
        if follower is not None and follower.paused:
            kind = EffectKind.LINEAR_REFETCH_COMMENT
            await owe_to_linear(session, ref, kind, linear_comment_id=linear_comment_id)
            continue
        await _let_go(session, present, now)
        changed |= not present.ours
    return changed


async def owe_comment_refetch(
    session: AsyncSession, organization_id: int, linear_issue_id: str, linear_comment_id: str
) -> None:
    """Let a comment be read from Linear and accepted as it is there then, or be let go if it is not."""
    for one in (await linear_comments.followers(session, organization_id, linear_issue_id))[:1]:
        kind = EffectKind.LINEAR_REFETCH_COMMENT
        await owe_to_linear(session, one.ref, kind, linear_comment_id=linear_comment_id)


def _deletion_of(organization_id: int, linear_comment_id: str) -> str:
    return f"linear:deleted:{organization_id}:{linear_comment_id}"


async def _hear_echo(session: AsyncSession, ours: StoredComment, seen: SeenComment) -> None:
    """Hear what we wrote ourselves: it may have come to stand there after we took it back."""
    part = await linear_comments.counterpart(session, ours.ref, ours.id)
    is_old = part is not None and part.seen_at is not None and seen.updated_at <= part.seen_at
    if ours.deleted and not is_old:
        stands = {"seen_at": seen.updated_at, "gone": False}
        await linear_comments.put_counterpart(session, ours.ref, ours.id, seen.id, ours=True, **stands)
        await tell_linear_of_comment(session, ours.ref, ours.id)


async def _accept(
    session: AsyncSession, one: Follower, seen: SeenComment, by: LinearActor | None, now: datetime, *, read: bool
) -> bool:
    part = await linear_comments.taken_over(session, one.ref, seen.id)
    if one.paused:
        return False
    if part is not None:
        return await _follow(session, part, seen, read=read)
    if seen.by_integration or not one.mirrored or (one.since is not None and seen.updated_at < one.since):
        return False
    if await inbox.is_known(session, _deletion_of(one.ref.organization_id, seen.id)):
        return False
    return not await _is_our_act(session, one, seen, by) and await _take(session, one, seen, now)


async def _is_our_act(session: AsyncSession, one: Follower, seen: SeenComment, by: LinearActor | None) -> bool:
    """Tell whether we did it, though the id is none of ours."""
    if by is None or not by.ours:
        return False
    # The owner of a personal key is a human too, who may say something of their own.
    return by.kind is ActorKind.APP or await linear_comments.is_hash_of_ours(session, one.ref, hash_of(seen.body))


async def _take(session: AsyncSession, one: Follower, seen: SeenComment, now: datetime) -> bool:
    ref = one.ref
    visibility, text = await _read(session, one.ref.organization_id, seen)
    if not can_be_seen(text):
        return False
    user_id = await _colleague(session, ref.organization_id, seen.author)
    new = NewComment(
        ref=ref,
        author_user_id=user_id,
        author_name=shown_name(seen.author.name) if seen.author is not None and user_id is None else None,
        by_customer=False,
        visibility=visibility,
        text=text,
        door=LINEAR_DOOR,
        # Linear's clock may be ahead of ours.
        now=min(seen.created_at, now),
    )
    comment_id = await comments.add_comment(session, new)
    stands = {"body_hash": hash_of(seen.body), "seen_at": seen.updated_at}
    await linear_comments.put_counterpart(session, ref, comment_id, seen.id, ours=False, **stands)
    await show_comment(session, ref, comment_id, said_to=None, shown=visibility)
    return True


async def _follow(session: AsyncSession, part: Counterpart, seen: SeenComment, *, read: bool) -> bool:
    """Let a comment that was taken over be what it is in Linear now."""
    stored, body_hash = part.comment, hash_of(seen.body)
    if part.gone or stored.deleted or (part.seen_at is not None and seen.updated_at < part.seen_at):
        return False
    if seen.updated_at == part.seen_at and body_hash != part.body_hash and not read:
        await owe_comment_refetch(session, stored.ref.organization_id, seen.linear_issue_id, seen.id)
        return False
    stands = {"body_hash": body_hash, "seen_at": seen.updated_at}
    await linear_comments.put_counterpart(session, stored.ref, stored.id, seen.id, ours=False, **stands)
    visibility, text = await _read(session, stored.ref.organization_id, seen)
    if (visibility, text) == (stored.visibility, stored.text):
        return False
    values = {"visibility": visibility, "text": text, "edited_at": seen.updated_at}
    await comments.change_comment(session, stored.ref, stored.id, values)
    await show_comment(session, stored.ref, stored.id, said_to=None, shown=widest_of(stored.visibility, visibility))
    return True


async def _let_go(session: AsyncSession, part: Counterpart, now: datetime) -> None:
    stored = part.comment
    await linear_comments.put_counterpart(session, stored.ref, stored.id, part.linear_id, ours=part.ours, gone=True)
    if not part.ours and not stored.deleted:
        await comments.change_comment(session, stored.ref, stored.id, {"deleted_at": now})
        await show_comment(session, stored.ref, stored.id, said_to=None, shown=stored.visibility)


async def _read(session: AsyncSession, organization_id: int, seen: SeenComment) -> tuple[CommentVisibility, str]:
    organization = await organizations.organization(session, organization_id)
    return read_words(seen.body, organization.reply_marker)


async def _colleague(session: AsyncSession, organization_id: int, author: LinearPerson | None) -> int | None:
    email = normalize_email(author.email) if author is not None and author.email else ""
    return await linear_people.colleague(session, organization_id, email) if email else None
