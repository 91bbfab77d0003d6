"""Modals that are only there to be read."""

from hypothesis import given, settings
from hypothesis import strategies as st
from slack_sdk.models.blocks import PlainTextObject, SectionBlock

from bot.domain.life import Action
from bot.usecases.refusals import not_allowed
from bot.views import ids
from bot.views.notes import note_modal, refused_modal
from bot.views.words import plain
from sandbox.slack.reading import block_as_text
from tests.bot.views.typed import as_payload, names


@given(names, st.sampled_from(Action))
@settings(max_examples=40)
def test_a_refusal_is_read_as_it_is_and_nothing_can_be_sent(organization: str, action: Action) -> None:
    sentence = not_allowed(action, organization)
    payload = as_payload(refused_modal(sentence, title="Change"))
    assert [block_as_text(block) for block in payload["blocks"]] == [sentence]
    assert payload["callback_id"] == ids.REFUSED_MODAL
    assert payload.get("submit") is None


def test_a_note_has_the_title_that_it_is_given_as_text_or_as_slacks_object() -> None:
    blocks = [SectionBlock(text=plain("One moment"))]
    for title in ("Assign", PlainTextObject(text="Assign", emoji=False)):
        payload = as_payload(note_modal(blocks, title=title))
        assert payload["title"]["text"] == "Assign"
        assert payload["callback_id"] == ids.NOTE_MODAL
        assert payload.get("submit") is None
    assert as_payload(note_modal(blocks, title="Assign", callback_id="other"))["callback_id"] == "other"
