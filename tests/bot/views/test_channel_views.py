"""Registration's and channels' views: whatever an organization is called, they are what Slack takes."""

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.channels import OwnerNews
from bot.domain.organizations import ChannelAddress, ChannelLink, Organization, Visibility
from bot.domain.people import CustomersJoin
from bot.views import ids
from bot.views.button_message import HEADING, SEEN_BY_EVERYONE, SEEN_BY_FEW, button_message
from bot.views.command_answers import UNLINKED, unlinked
from bot.views.link_channel_modal import (
    PARTS,
    LinkForm,
    LinkSubmission,
    link_channel_modal,
    linked_modal,
    part_of,
    read_link_submission,
)
from bot.views.owner_news import WORDS, owner_news
from bot.views.register_modal import REGISTERED, register_modal, registered_modal
from sandbox.slack import reading
from sandbox.slack.forms import states
from sandbox.slack.reading import block_as_text
from sandbox.slack.wire import state_json
from tests.bot.views.typed import as_message, as_payload, names

HERE = ChannelAddress("T1", "C1")
NAMED = {"C1": "acme-help"}
visibilities = st.sampled_from(Visibility)


def organization(name: str, number: int) -> Organization:
    return Organization(
        id=number,
        name=name,
        slug=f"o{number}",
        customers_join=CustomersJoin.OPEN,
        owner_user_id=1,
        linear_team_id=None,
        reply_marker="@customer",
        reopen_days=14,
    )


def shown(payload: dict[str, Any]) -> str:
    return "\n".join(block_as_text(block, NAMED) for block in payload["blocks"])


def submitted(payload: dict[str, Any]) -> dict[str, Any]:
    """Return the form as Slack sends it when it is submitted untouched."""
    return {**payload, "state": state_json(states(payload["blocks"], {}))}


@given(names, visibilities)
def test_the_pinned_message_says_who_sees_what_is_raised(name: str, visibility: Visibility) -> None:
    message = as_message(button_message(name, visibility))
    text = reading.as_text(message)
    assert text.startswith(HEADING.format(organization=name))
    seen = SEEN_BY_EVERYONE if visibility is Visibility.SHARED else SEEN_BY_FEW
    assert seen.format(organization=name) in text
    assert not reading.mentions(message)
    assert not reading.links(message)


@given(names, st.sampled_from(OwnerNews))
def test_an_owners_news_name_the_channel_and_mention_nobody(name: str, news: OwnerNews) -> None:
    message = as_message(owner_news(news, name, "C1"))
    words = WORDS[news].replace("{channel}", "#acme-help", 1).replace("{organization}", name)
    assert reading.as_text(message, NAMED) == words
    assert not reading.links(message)
    assert "{" not in re.sub(r"\{|\}", "", message.text)


@given(names)
def test_what_a_vendor_reads_who_unlinked(name: str) -> None:
    message = as_message(unlinked(name))
    assert reading.as_text(message) == UNLINKED.format(organization=name)


@given(names)
def test_a_registered_organization_is_named_as_it_was_typed(name: str) -> None:
    assert shown(as_payload(registered_modal(name))).startswith(REGISTERED.format(organization=name))


def test_the_registration_form_is_one_that_slack_takes() -> None:
    payload = as_payload(register_modal())
    assert [block["block_id"] for block in payload["blocks"]] == [ids.ORGANIZATION_BLOCK, ids.CODE_BLOCK]


@given(st.lists(names, max_size=120), st.sampled_from(list(PARTS)), visibilities)
def test_a_form_that_is_filled_in_is_read_back_as_it_was(
    choices: list[str], part: str, visibility: Visibility
) -> None:
    organizations = [organization(name, number) for number, name in enumerate(choices, 1)]
    form = LinkForm(address=HERE, organizations=organizations, part=part, visibility=visibility, hint="Because.")
    payload = as_payload(link_channel_modal(form))
    asked = len(organizations) > 1
    assert (payload["blocks"][0]["block_id"] == ids.ORGANIZATION_BLOCK) is asked
    if not asked:
        expected = LinkSubmission(address=HERE, organization_id=None, part=part, visibility=visibility)
        assert read_link_submission(submitted(payload)) == expected


@pytest.mark.parametrize("part", list(PARTS))
def test_the_parts_of_a_link_are_the_option_that_was_chosen(part: str) -> None:
    submission = LinkSubmission(address=HERE, organization_id=None, part=part, visibility=Visibility.SHARED)
    assert part_of(submission.link_to(7)) == part


def test_nothing_is_chosen_before_the_look_up() -> None:
    payload = as_payload(link_channel_modal(LinkForm(address=HERE)))
    assert not any("initial_option" in block["element"] for block in payload["blocks"])
    with pytest.raises(TypeError):
        read_link_submission(submitted(payload))


@pytest.mark.parametrize("value", ["digest", "neither"])
def test_a_part_that_there_is_not_is_no_form_of_ours(value: str) -> None:
    form = LinkForm(address=HERE, part="both", visibility=Visibility.SHARED)
    view = submitted(as_payload(link_channel_modal(form)))
    view["state"]["values"][ids.PART_BLOCK][ids.VALUE]["selected_option"]["value"] = value
    with pytest.raises(ValueError, match=value):
        read_link_submission(view)


@given(name=names, triage=st.booleans(), visibility=visibilities, has_triage=st.booleans())
def test_what_a_vendor_reads_who_linked(name: str, triage: bool, visibility: Visibility, has_triage: bool) -> None:  # noqa: FBT001 - Hypothesis takes no keyword-only arguments
    link = ChannelLink(address=HERE, organization_id=1, intake=True, triage=triage, visibility=visibility)
    assert name in shown(as_payload(linked_modal(name, link, has_triage=has_triage)))
