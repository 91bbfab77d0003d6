"""What the bot takes to be posted, held against what stands in Slack - before ``reconcile`` mends anything."""

import uuid
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.conversation import CommentVisibility, may_be_shown
from bot.domain.effects import EffectKind, EffectState
from bot.domain.places import Audience
from sandbox.company import Company
from storage import tables
from storage.transaction import Transaction
from tests.faults.sightings import effect_ids
from tests.faults.verdict import Verdict

# Done means that exactly one message stands, whatever happened since.
_ALWAYS = frozenset(
    {
        EffectKind.SLACK_POST_ISSUE,
        EffectKind.SLACK_POST_LINE,
        EffectKind.SLACK_TELL_VENDORS,
        EffectKind.SLACK_TELL_OWNER,
        EffectKind.SLACK_ASK_OWNER,
    }
)


@dataclass(frozen=True)
class Post:
    """Something that the bot takes to be posted: under which effect's id, and in words."""

    effect_id: uuid.UUID
    words: str


@dataclass(frozen=True)
class Posts:
    """What is to stand in Slack, and in words which comments are to be repeated there and are not even recorded."""

    there: Sequence[Post]
    unrecorded: Sequence[str]


async def read_posts(transaction: Transaction) -> Posts:
    """Return what the bot takes to be posted."""

    async def look(session: AsyncSession) -> Posts:
        done = (await session.scalars(select(tables.Effect).where(tables.Effect.state == EffectState.DONE))).all()
        copies = {(one.comment_id, one.audience): one for one in await session.scalars(select(tables.CommentCopy))}
        comments = {one.id: one for one in await session.scalars(select(tables.Comment))}
        there = [_post(one) for one in done if EffectKind(one.kind) in _ALWAYS]
        # A removal whose answer was lost finds nothing the second time, and is skipped then.
        removals = select(tables.Effect).where(tables.Effect.kind == EffectKind.SLACK_REMOVE_BUTTON)
        there += [_post(one) for one in _buttons(done, (await session.scalars(removals)).all())]
        unrecorded: set[str] = set()
        for one in done:
            if one.kind == EffectKind.SLACK_SHOW_COMMENT:
                copy = copies.get((one.about["comment_id"], one.about["audience"]))
                if copy is not None and copy.ts == one.ts:
                    there.append(_post(one))
                elif copy is None and _is_shown(comments[one.about["comment_id"]], one.about["audience"]):
                    unrecorded.add(f"{_post(one).words}: done, and nothing says where it stands")
        return Posts(there, sorted(unrecorded))

    return await transaction.read(look)


def _buttons(done: Sequence[tables.Effect], removals: Sequence[tables.Effect]) -> list[tables.Effect]:
    """Return what posted a button's message that stands: where one stood it was edited; it goes with its link."""
    removed = {(one.about["channel_id"], one.about["ts"]) for one in removals}
    posted = [one for one in done if one.kind == EffectKind.SLACK_POST_BUTTON and one.ts is not None]
    return [one for one in posted if (one.channel_id, one.ts) not in removed]


def _post(effect: tables.Effect) -> Post:
    about = {name: value for name, value in effect.about.items() if name != "organization_id"}
    return Post(effect.id, f"{effect.kind} {about} at {effect.channel_id} {effect.ts}")


def _is_shown(comment: tables.Comment, audience: str) -> bool:
    visible = may_be_shown(CommentVisibility(comment.visibility), Audience(audience))
    return comment.deleted_at is None and visible


def judge_posts(company: Company, posts: Posts, excused: Collection[uuid.UUID], verdict: Verdict) -> None:
    """Hold what the bot takes to be posted against what stands in Slack.

    Args:
        company: whose Slack.
        posts: what is to stand there, each exactly once.
        excused: of these a call acts so late that only ``reconcile`` finds it: they may stand there twice.
        verdict: takes what is wrong.
    """
    standing: Counter[uuid.UUID] = Counter()
    for message in company.slack.with_metadata():
        if not message.deleted:
            standing.update(effect_ids((message.metadata or {}).get("event_payload")))
    verdict.lost += posts.unrecorded
    known = {post.effect_id: post.words for post in posts.there}
    for effect_id, words in known.items():
        if not standing[effect_id]:
            verdict.lost.append(f"{words}: done, and it stands nowhere")
    for effect_id, count in standing.items():
        if effect_id in excused:
            continue
        if effect_id not in known:
            verdict.doubled.append(f"a message stands that the bot does not know or took back: {effect_id}")
        elif count > 1:
            verdict.doubled.append(f"{known[effect_id]}: stands {count} times until reconcile comes")
