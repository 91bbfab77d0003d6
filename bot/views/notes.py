"""Modals that are only there to be read."""

from collections.abc import Sequence

from slack_sdk.models.blocks import Block, PlainTextObject, SectionBlock
from slack_sdk.models.views import View

from bot.views import ids
from bot.views.words import plain


def refused_modal(sentence: str, *, title: PlainTextObject | str) -> View:
    """Return what stands in place of a form that somebody may not use."""
    return note_modal([SectionBlock(text=plain(sentence))], title=title, callback_id=ids.REFUSED_MODAL)


def note_modal(blocks: Sequence[Block], *, title: PlainTextObject | str, callback_id: str = ids.NOTE_MODAL) -> View:
    """Return a modal with nothing to fill in."""
    shown = plain(title) if isinstance(title, str) else title
    return View(type="modal", callback_id=callback_id, title=shown, close=plain("Close"), blocks=blocks)
