"""What stands in an issue's threads, in words: lines, notes for vendors, comments."""

from collections.abc import Mapping, Sequence
from functools import partial

from bot.domain.effects import EffectKind
from bot.domain.issues import IssueRef
from bot.domain.linear_threads import VendorNote
from bot.domain.places import Audience
from bot.views.comment_lines import comment_for_customer, comment_for_triage
from bot.views.issue_message import MessageView
from bot.views.thread_lines import customer_line, in_one, triage_line
from bot.views.vendor_notes import link_offer, vendor_note
from storage import comments, files
from storage.lives import event_facts
from storage.shown import IssueFacts
from storage.transaction import Transaction

About = Mapping[str, int | str]


async def words_of(
    transaction: Transaction, facts: IssueFacts, kind: EffectKind, told: Sequence[About]
) -> MessageView | None:
    """Return what a message in an issue's thread says today; None: nothing may stand there.

    Args:
        transaction: what is shown is read in it.
        facts: of the issue.
        kind: of the effects that it carries out.
        told: what they are about, in their order; several are lines.
    """
    ref, about = facts.issue.ref, told[0]
    audience = Audience(str(about["audience"]))
    if kind is EffectKind.SLACK_SHOW_COMMENT:
        return await comment_words(transaction, ref, int(about["comment_id"]), audience)
    if kind is EffectKind.SLACK_TELL_VENDORS:
        return await note_words(transaction, facts, about)
    return in_one(await lines_of(transaction, facts, audience, [int(one["event_id"]) for one in told]))


async def lines_of(
    transaction: Transaction, facts: IssueFacts, audience: Audience, event_ids: Sequence[int]
) -> list[MessageView]:
    """Return what is told of these events, each in a line."""
    line = triage_line if audience is Audience.TRIAGE else customer_line
    lines = []
    for event_id in event_ids:
        look = partial(event_facts, ref=facts.issue.ref, event_id=event_id)
        lines.append(line(await transaction.read(look), facts.public))
    return lines


async def note_words(transaction: Transaction, facts: IssueFacts, about: About) -> MessageView:
    """Return what vendors alone are told."""
    ref, note = facts.issue.ref, VendorNote(str(about["note"]))
    if note is VendorNote.LINK_OFFERED:
        return link_offer(ref, facts.issue.number, str(about["linear_id"]), str(about["identifier"]))
    name = partial(files.file_name, ref=ref, file_id=int(about.get("file_id", 0)))
    return vendor_note(note, file=await transaction.read(name))


async def comment_words(
    transaction: Transaction, ref: IssueRef, comment_id: int, audience: Audience
) -> MessageView | None:
    """Return a comment as this audience may read it; None: it may not, or it is gone."""
    if audience is Audience.TRIAGE:
        shown = await transaction.read(partial(comments.shown_to_triage, ref=ref, comment_id=comment_id))
        return None if shown is None else comment_for_triage(shown)
    public = await transaction.read(partial(comments.shown_to_customer, ref=ref, comment_id=comment_id))
    return None if public is None else comment_for_customer(public)
