"""The modal in which an issue is raised."""

import json
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.domain.issues import Category, Draft, Field, Priority, Problem
from bot.domain.organizations import NAME_LIMIT, ChannelAddress, Organization
from bot.domain.people import CustomersJoin, SlackAccount
from bot.domain.places import Audience, Place
from bot.domain.text import shorten
from bot.views import ids
from bot.views.notes import refused_modal
from bot.views.raise_inputs import OPTION_LIMIT, Customer, Customers
from bot.views.raise_modal import (
    FOLLOW_IN_CHANNEL,
    FOLLOW_IN_PRIVATE,
    FOLLOWED_BY_CUSTOMER,
    GOES_TO,
    MODAL_TITLE,
    RAISED,
    SEEN_BY_CUSTOMER,
    SEEN_IN_CHANNEL,
    SEEN_IN_PRIVATE,
    ModalOrigin,
    Source,
    Submission,
    inline_errors,
    raise_modal,
    raised_modal,
    read_submission,
)
from sandbox.slack.elements import chosen, find_field
from sandbox.slack.forms import fields, states
from sandbox.slack.reading import block_as_text
from sandbox.slack.wire import state_json
from tests.bot.views.typed import as_payload, descriptions, names, titles

HERE = ChannelAddress("T1", "C1")
NOWHERE, IN_CHANNEL, IN_PRIVATE = ModalOrigin(None), ModalOrigin(HERE), ModalOrigin(HERE, private=True)
OF_AN_APP = ModalOrigin(HERE, source=Source("1.2", None))
OF_ADA = ModalOrigin(HERE, source=Source("1.2", SlackAccount("T2", "U2"), "https://acme.slack.com/archives/C1/p12"))
MOST_OPTIONS = 100

drafts = st.builds(
    Draft,
    title=titles | st.just(""),
    description=descriptions,
    priority=st.sampled_from(Priority).map(str),
    category=st.sampled_from(Category).map(str),
)
origins = st.sampled_from([NOWHERE, IN_CHANNEL, IN_PRIVATE, OF_AN_APP, OF_ADA])


def organization(name: str, number: int = 1) -> Organization:
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


def submitted(payload: dict[str, Any], **choices: str) -> dict[str, Any]:
    """Return the view of a submission in which nothing was changed but these menus, by label."""
    held = states(payload["blocks"], {})
    for label, option in choices.items():
        field = find_field(payload["blocks"], label)
        held[field.key] = chosen(field, (option,), [])
    return {"private_metadata": payload["private_metadata"], "state": state_json(held)}


def audience_line(payload: dict[str, Any]) -> str:
    (block,) = [block for block in payload["blocks"] if block.get("block_id") == ids.AUDIENCE_BLOCK]
    return block_as_text(block)


@given(drafts, origins)
@settings(max_examples=60)
@example(Draft(title="<" * 255, description='"' * 3_000), IN_CHANNEL)
@example(Draft(title="\U0001f600" * 255, description="\U0001f600" * 3_000), NOWHERE)
def test_a_form_that_is_sent_back_unchanged_says_what_it_began_with(draft: Draft, origin: ModalOrigin) -> None:
    payload = as_payload(raise_modal(draft, origin))
    assert read_submission(submitted(payload)) == Submission(draft, None, origin)


@given(
    drafts, st.lists(names, min_size=1, max_size=5, unique_by=lambda name: shorten(name, OPTION_LIMIT)), st.data()
)
@settings(max_examples=40)
def test_the_organization_that_was_chosen_is_read_back(
    draft: Draft, offered: list[str], data: st.DataObject
) -> None:
    choices = [organization(name, 7 + number) for number, name in enumerate(offered)]
    pick = data.draw(st.sampled_from(choices))
    payload = as_payload(raise_modal(draft, IN_CHANNEL, choices=choices))
    view = submitted(payload, Organization=shorten(pick.name, OPTION_LIMIT))
    assert read_submission(view) == Submission(draft, pick.id, IN_CHANNEL)
    assert read_submission(submitted(payload)).organization_id is None


def test_a_form_asks_for_title_description_priority_and_category() -> None:
    payload = as_payload(raise_modal(Draft(title=""), NOWHERE))
    asked = [field.label for field in fields(payload["blocks"])]
    assert asked == ["Title", "Description", "Priority", "Category", "Files"]
    optional = [block["block_id"] for block in payload["blocks"] if block.get("optional")]
    assert optional == [ids.DESCRIPTION_BLOCK, ids.FILES_BLOCK]


def test_a_form_with_a_choice_asks_for_the_organization_first() -> None:
    choices = [organization(f"Vendor {number}", number) for number in range(150)]
    payload = as_payload(raise_modal(Draft(title=""), NOWHERE, choices=choices))
    menu = fields(payload["blocks"])[0]
    assert menu.label == "Organization"
    assert len(menu.options()) == MOST_OPTIONS


def test_organizations_with_the_longest_names_fit_their_menu() -> None:
    choices = [organization("<" * NAME_LIMIT, number) for number in range(MOST_OPTIONS)]
    as_payload(raise_modal(Draft(title="x" * 255, description="<" * 3_000), NOWHERE, choices=choices))


@given(names)
@settings(max_examples=40)
@example("{channel}")
def test_the_form_says_who_gets_the_issue_and_who_sees_it(name: str) -> None:
    public = raise_modal(Draft(title=""), IN_CHANNEL, organization=organization(name), in_channel="C1")
    private = raise_modal(Draft(title=""), IN_CHANNEL, organization=organization(name))
    goes_to = GOES_TO.format(organization=name)
    assert audience_line(as_payload(public)) == goes_to + SEEN_IN_CHANNEL.format(channel="#C1")
    assert audience_line(as_payload(private)) == goes_to + SEEN_IN_PRIVATE


@given(names, names)
@settings(max_examples=40)
@example("{channel}", "{organization}")
@example("<" * 200, "x" * 200)
def test_whoever_wrote_the_message_is_offered_first_and_read_back(author: str, own: str) -> None:
    form = raise_modal(Draft(title="x"), OF_ADA, customers=Customers(author, own), organization=organization(own))
    payload = as_payload(form)
    menu = find_field(payload["blocks"], "Customer")
    assert [option["value"] for option in menu.options()] == ["author", "me"]
    assert read_submission(submitted(payload)).customer is Customer.AUTHOR
    assert read_submission(submitted(payload, Customer=menu.options()[1]["text"]["text"])).customer is Customer.ME
    seen = SEEN_BY_CUSTOMER.format(organization=own)
    assert audience_line(payload) == GOES_TO.format(organization=own) + seen


def test_who_may_not_raise_it_for_themselves_is_not_offered() -> None:
    payload = as_payload(raise_modal(Draft(title="x"), OF_ADA, customers=Customers("Ada", None)))
    assert [option["value"] for option in find_field(payload["blocks"], "Customer").options()] == ["author"]


def test_files_are_read_as_slack_tells_of_them_and_an_older_form_has_none() -> None:
    view = submitted(as_payload(raise_modal(Draft(title="x"), NOWHERE)))
    assert read_submission(view).files == ()
    values = view["state"]["values"]
    values[ids.FILES_BLOCK][ids.VALUE]["files"] = [{"id": "F1"}, {"id": "F2"}]
    assert read_submission(view).files == ({"id": "F1"}, {"id": "F2"})
    del values[ids.FILES_BLOCK]
    assert read_submission(view).files == ()


def test_for_somebody_else_it_is_they_who_follow_it_in_their_direct_message() -> None:
    place = Place(Audience.CUSTOMER, SlackAccount("T1", "U1"))
    payload = as_payload(raised_modal("ISS-2026-0001", place, customer_name="{channel}"))
    assert block_as_text(payload["blocks"][1]) == FOLLOWED_BY_CUSTOMER.format(customer="{channel}")


@pytest.mark.parametrize(
    ("where", "follow"),
    [
        (HERE, FOLLOW_IN_CHANNEL.format(channel="#C1")),
        (SlackAccount("T1", "U1"), FOLLOW_IN_PRIVATE),
    ],
)
def test_what_stands_there_afterwards_says_the_number_and_where_to_follow(
    where: ChannelAddress | SlackAccount, follow: str
) -> None:
    payload = as_payload(raised_modal("ISS-2026-0001", Place(Audience.CUSTOMER, where)))
    shown = [block_as_text(block) for block in payload["blocks"]]
    assert shown == [RAISED.format(number="ISS-2026-0001"), follow]
    assert payload.get("submit") is None


def test_what_stands_there_afterwards_is_built_once_and_says_each_number() -> None:
    place = Place(Audience.CUSTOMER, HERE)
    first, second = (as_payload(raised_modal(number, place)) for number in ("ISS-2026-0001", "ISS-2026-0002"))
    assert [block_as_text(view["blocks"][0]) for view in (first, second)] == [
        RAISED.format(number="ISS-2026-0001"),
        RAISED.format(number="ISS-2026-0002"),
    ]
    elsewhere = as_payload(raised_modal("ISS-2026-0001", Place(Audience.CUSTOMER, SlackAccount("T1", "U1"))))
    assert elsewhere["blocks"][0] == first["blocks"][0]
    assert elsewhere["blocks"][1] != first["blocks"][1]


@given(names)
@settings(max_examples=40)
def test_a_refusal_is_shown_as_it_is(sentence: str) -> None:
    payload = as_payload(refused_modal(sentence, title=MODAL_TITLE))
    assert [block_as_text(block) for block in payload["blocks"]] == [sentence]


def test_problems_stand_under_their_inputs_the_first_of_each() -> None:
    problems = [Problem(Field.TITLE, "one"), Problem(Field.TITLE, "two"), Problem(Field.CATEGORY, "three")]
    assert inline_errors(problems) == {ids.TITLE_BLOCK: "one", ids.CATEGORY_BLOCK: "three"}
    assert inline_errors([]) == {}


def test_every_problem_has_an_input_to_stand_under() -> None:
    payload = as_payload(raise_modal(Draft(title=""), NOWHERE, choices=[organization("Acme")]))
    inputs = {block["block_id"] for block in payload["blocks"] if block["type"] == "input"}
    problems = [Problem(field, "wrong") for field in Field]
    assert inline_errors(problems).keys() == inputs - {ids.FILES_BLOCK}


GOOD = submitted(as_payload(raise_modal(Draft(title="x"), IN_CHANNEL)))
BROKEN: list[dict[str, Any]] = [
    {},
    {**GOOD, "state": {}},
    {**GOOD, "state": {"values": {}}},
    {**GOOD, "state": {"values": []}},
    {**GOOD, "private_metadata": ""},
    {**GOOD, "private_metadata": None},
    {**GOOD, "private_metadata": "[1]"},
    {**GOOD, "private_metadata": '{"team": "T1"}'},
    {**GOOD, "private_metadata": '"text"'},
    {**GOOD, "private_metadata": '{"team": "T1", "channel": "C1", "private": false, "source": {"ts": "1"}}'},
    {**GOOD, "private_metadata": '{"team": "T1", "channel": "C1", "private": false, "source": 7}'},
    {**GOOD, "state": {"values": {**GOOD["state"]["values"], ids.FILES_BLOCK: {ids.VALUE: 7}}}},
    {**GOOD, "state": {"values": {**GOOD["state"]["values"], ids.FILES_BLOCK: {ids.VALUE: {"files": 7}}}}},
    {**GOOD, "state": {"values": {**GOOD["state"]["values"], ids.TITLE_BLOCK: {ids.VALUE: {"value": 7}}}}},
    {**GOOD, "state": {"values": {**GOOD["state"]["values"], ids.TITLE_BLOCK: {}}}},
    {**GOOD, "state": {"values": {**GOOD["state"]["values"], ids.PRIORITY_BLOCK: {ids.VALUE: {}}}}},
]


@pytest.mark.parametrize("view", BROKEN, ids=json.dumps)
def test_what_is_not_our_form_is_not_read(view: dict[str, Any]) -> None:
    with pytest.raises((KeyError, TypeError, ValueError)):
        read_submission(view)


def test_a_menu_that_holds_nothing_reads_as_nothing() -> None:
    values = {**GOOD["state"]["values"], ids.PRIORITY_BLOCK: {ids.VALUE: {"selected_option": None}}}
    assert read_submission({**GOOD, "state": {"values": values}}).draft.priority == ""
