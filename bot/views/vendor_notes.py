"""What the thread in which vendors see an issue is told of its comments and files in Linear."""

from collections.abc import Mapping

from slack_sdk.models.blocks import ActionsBlock, ButtonElement, SectionBlock

from bot.domain.issues import IssueRef
from bot.domain.linear_threads import VendorNote
from bot.views import ids
from bot.views.issue_message import MessageView
from bot.views.linear_tie_modal import LINK, tie_value
from bot.views.words import escape, plain

NOTES: Mapping[VendorNote, str] = {
    VendorNote.WITHHELD: (
        "Internal notes stay in Slack for now: a thread elsewhere is connected to this issue in Linear, and Linear "
        "has no private comments. They go there once it is not."
    ),
    VendorNote.NOT_MIRRORED: (
        "Linear's own Slack app repeats this conversation already, so I exchange no comments with Linear here. "
        "Status, priority and assignee go on."
    ),
    VendorNote.MIRRORED_AGAIN: (
        "Linear's Slack app is not connected here any more: I exchange comments with Linear again."
    ),
    VendorNote.LINK_OFFERED: (
        "Link {number} with {identifier} in Linear? It then follows what is done and said there."
    ),
    VendorNote.FILE_REFUSED: "Linear takes no files of this kind: “{file}” stays in Slack.",
    VendorNote.FILE_NOT_IN_LINEAR: (
        "I tried for hours to bring “{file}” to Linear, and it never got through. It stays in Slack."
    ),
    VendorNote.FILE_NOT_REPEATED: (
        "I tried for hours to bring “{file}” into another thread of this issue, and it never got through. It "
        "stands where it was given; a smaller one may get through."
    ),
}


def vendor_note(note: VendorNote, **words: str) -> MessageView:
    """Return a line for the vendors' thread."""
    text = NOTES[note].format(**words)
    return MessageView(escape(text), [SectionBlock(text=plain(text))])


def link_offer(ref: IssueRef, number: str, linear_id: str, identifier: str) -> MessageView:
    """Return a Linear issue offered for linking, in the vendors' thread."""
    note = vendor_note(VendorNote.LINK_OFFERED, number=number, identifier=identifier)
    button = ButtonElement(text=plain(LINK), action_id=ids.LINK_LINEAR, value=tie_value(ref, linear_id))
    return MessageView(note.text, [*note.blocks, ActionsBlock(block_id=ids.LINEAR_BUTTONS, elements=[button])])
