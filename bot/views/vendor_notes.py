"""What the thread in which vendors see an issue is told of its comments and files in Linear."""

from collections.abc import Mapping

from slack_sdk.models.blocks import SectionBlock

from bot.domain.linear_threads import VendorNote
from bot.views.issue_message import MessageView
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
    VendorNote.FILE_REFUSED: "Linear takes no files of this kind: “{file}” stays in Slack.",
}


def vendor_note(note: VendorNote, **words: str) -> MessageView:
    """Return a line for the vendors' thread."""
    text = NOTES[note].format(**words)
    return MessageView(escape(text), [SectionBlock(text=plain(text))])
