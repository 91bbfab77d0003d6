"""What each issue is to look like by the bot's database: its facts, and what each thread is to tell."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.conversation import CommentVisibility, may_be_shown
from bot.domain.effects import EffectKind
from bot.domain.issues import IssueRef
from bot.domain.linear_threads import VendorNote
from bot.domain.places import Audience
from bot.views.thread_lines import customer_line, triage_line
from bot.views.vendor_notes import NOTES
from storage import files as stored_files
from storage import tables
from storage.lives import event_facts
from storage.shown import IssueFacts, issue_facts
from storage.transaction import Transaction
from tests.faults.taken import Kept, Taken, assignee_email, changes_taken, words_kept

# Every text that somebody says in the load has one, of its own: internal ones HUSH, public ones OPEN.
WORD = re.compile(r"(?:HUSH|OPEN)\d+")


@dataclass(frozen=True, kw_only=True)
class Said:
    """A comment, by the message in which it was said; ``word`` is None once it is taken back."""

    channel_id: str
    ts: str
    word: str | None


@dataclass(frozen=True, kw_only=True)
class Story:
    """One issue: its facts, and what each thread is to tell, in the order in which it was owed.

    ``told`` holds the lines of events and notes and the words of comments, ``files`` the names of those that are to
    stand there, ``refused`` of those that Linear does not take. ``taken`` and ``kept`` are what came from Linear:
    changes, and what was said. ``assignee`` is the e-mail of who works on it.
    """

    facts: IssueFacts
    comments: Sequence[Said]
    told: Mapping[Audience, Sequence[str]]
    files: Mapping[Audience, Sequence[str]]
    refused: Sequence[str]
    assignee: str | None
    taken: Sequence[Taken]
    kept: Sequence[Kept]


async def read_stories(transaction: Transaction) -> list[Story]:
    """Return every issue, the oldest first."""

    async def look(session: AsyncSession) -> list[IssueRef]:
        query = select(tables.Issue.organization_id, tables.Issue.id).order_by(tables.Issue.id)
        return [IssueRef(*row) for row in await session.execute(query)]

    return [await transaction.read(partial(_story, ref=ref)) for ref in await transaction.read(look)]


async def _story(session: AsyncSession, ref: IssueRef) -> Story:
    facts = await issue_facts(session, ref.organization_id, ref.issue_id)
    query = select(tables.Comment).where(tables.Comment.issue_id == ref.issue_id).order_by(tables.Comment.id)
    comments = {comment.id: comment for comment in await session.scalars(query)}
    given = await session.scalars(select(tables.IssueFile).where(tables.IssueFile.issue_id == ref.issue_id))
    kept = {row.id: row for row in given}
    names = {file_id: row.name for file_id, row in kept.items()}
    told, files = {}, {}
    for audience in Audience:
        owed = await _owed(session, ref, audience)
        told[audience] = await _lines(session, facts, audience, owed, comments, names)
        files[audience] = [names[id_] for id_ in await _files(session, facts, audience)]
    said = [
        Said(channel_id=each.source_channel_id, ts=each.source_ts, word=_word(each))
        for each in comments.values()
        if each.source_channel_id and each.source_ts
    ]
    refused = [row.name for row in kept.values() if row.linear_url == stored_files.REFUSED]
    return Story(
        facts=facts,
        comments=said,
        told=told,
        files=files,
        refused=refused,
        assignee=await assignee_email(session, facts.issue.assignee_user_id),
        taken=await changes_taken(session, ref),
        kept=await words_kept(session, ref),
    )


async def _files(session: AsyncSession, facts: IssueFacts, audience: Audience) -> list[int]:
    """Return the files that are to stand in an audience's thread: not those that somebody gave there."""
    ref, shown = facts.issue.ref, next((one for one in facts.messages if one.audience is audience), None)
    found = []
    for file_id in await stored_files.files_seen_by(session, ref, audience) if shown is not None else ():
        file = await stored_files.file_to_share(session, ref, file_id, audience)
        assert file is not None
        assert shown is not None
        is_theirs = audience is Audience.CUSTOMER and shown.slack_user_id is not None and file.by_customer
        if file.said_in != shown.channel_id and not is_theirs:
            found.append(file_id)
    return found


async def _owed(session: AsyncSession, ref: IssueRef, audience: Audience) -> Sequence[tables.Effect]:
    query = (
        select(tables.Effect)
        .join(tables.Lane, tables.Lane.id == tables.Effect.lane_id)
        .where(tables.Lane.subject == f"issue:{ref.issue_id}")
        .order_by(tables.Effect.lane_id, tables.Effect.seq)
    )
    return [each for each in await session.scalars(query) if each.about.get("audience") == audience]


async def _lines(
    session: AsyncSession,
    facts: IssueFacts,
    audience: Audience,
    owed: Sequence[tables.Effect],
    comments: Mapping[int, tables.Comment],
    names: Mapping[int, str],
) -> list[str]:
    """Return what the thread is to tell: each event and note once, each comment where it was owed first."""
    line = triage_line if audience is Audience.TRIAGE else customer_line
    told: list[str] = []
    for effect in owed:
        if effect.kind == EffectKind.SLACK_POST_LINE:
            event = await event_facts(session, facts.issue.ref, effect.about["event_id"])
            told.append(line(event, facts.public).text)
        elif effect.kind == EffectKind.SLACK_SHOW_COMMENT:
            comment = comments[effect.about["comment_id"]]
            shown = may_be_shown(CommentVisibility(comment.visibility), audience)
            word = _word(comment) if shown else None
            told += [word] if word is not None and word not in told else []
        elif effect.kind == EffectKind.SLACK_TELL_VENDORS:
            told.append(_note(facts, effect, names))
    return told


def _note(facts: IssueFacts, effect: tables.Effect, names: Mapping[int, str]) -> str:
    about = effect.about
    words = {"number": facts.issue.number, "identifier": about.get("identifier")}
    return NOTES[VendorNote(about["note"])].format(**words, file=names.get(about.get("file_id", 0)))


def _word(comment: tables.Comment) -> str | None:
    found = WORD.search(comment.text)
    return found[0] if found is not None and comment.deleted_at is None else None
