"""The form of ``/threadline linear``: whatever anything is called, it fits, and shows no secret."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.domain.linear_connection import ConnectionKind, LinearAccount
from bot.domain.linear_team import LinearTeam
from bot.domain.organizations import Organization
from bot.domain.people import CustomersJoin
from bot.views.linear_modal import (
    BY_APP,
    BY_KEY,
    BY_SETTINGS,
    DISCONNECT,
    DISCONNECTED,
    INSTALL,
    MANY_WAIT,
    NO_SECRET,
    NO_TEAM,
    NOT_CONNECTED,
    NOTHING_WAITS,
    ONE_WAITS,
    WAS_BY_KEY,
    WEBHOOK_LAST,
    WEBHOOK_NEVER,
    LinearForm,
    linear_modal,
    opening_linear_modal,
    read_linear_submission,
)
from sandbox.slack.reading import block_as_text
from tests.bot.views.typed import as_payload

LONGEST = "W" * 5_000


def organization(name: str = "Acme", id_: int = 1) -> Organization:
    return Organization(
        id=id_,
        name=name,
        slug="acme",
        customers_join=CustomersJoin.OPEN,
        owner_user_id=1,
        linear_team_id=None,
        reply_marker="@customer",
        reopen_days=14,
    )


def form(**changes: Any) -> LinearForm:
    given: dict[str, Any] = {
        "organization": organization(),
        "choices": (),
        "kind": None,
        "account": None,
        "environment": False,
        "refused": False,
        "team": None,
        "teams": (),
        "webhook": "",
        "has_secret": False,
        "told_at": None,
        "waiting": 0,
        "install": None,
    }
    return LinearForm(**{**given, **changes})


def connected(**changes: Any) -> LinearForm:
    account = LinearAccount(
        actor_id="a", actor_name="Dana", organization_id="o", organization_name="Acme Engineering"
    )
    return form(**{"kind": ConnectionKind.API_KEY, "account": account, "webhook": "https://x/y", **changes})


def in_words(shown: LinearForm, *, said: str = "") -> str:
    return "\n".join(block_as_text(block) for block in as_payload(linear_modal(shown, said=said))["blocks"])


@given(st.text(max_size=300))
@settings(max_examples=30)
@example(LONGEST)
@example("<!channel>")
def test_it_fits_whatever_anything_is_called(name: str) -> None:
    account = LinearAccount(actor_id="a", actor_name=name, organization_id="o", organization_name=name)
    teams = [LinearTeam(f"{number:036}", "WWWWWWW", f"{number} {name}") for number in range(120)]
    choices = [organization("Acme", number) for number in range(1, 4)]
    as_payload(
        linear_modal(
            connected(
                account=account,
                team=teams[0],
                teams=teams,
                choices=choices,
                has_secret=True,
                refused=True,
                told_at=datetime(2026, 11, 22, tzinfo=UTC),
                waiting=1_000_000,
                install="https://threadline.example/linear/install?state=x",
            ),
            said="Saved.",
        )
    )


STANDINGS = [
    (form(), {NOT_CONNECTED}, {NO_TEAM, DISCONNECT, INSTALL, NOTHING_WAITS}),
    (form(environment=True), {BY_SETTINGS, NOTHING_WAITS}, {NOT_CONNECTED}),
    (form(environment=True, waiting=1), {BY_SETTINGS, NO_TEAM, ONE_WAITS}, {DISCONNECT, NO_SECRET}),
    (form(install="https://x/y"), {INSTALL}, {DISCONNECT}),
    (
        connected(waiting=2, refused=True),
        {
            WAS_BY_KEY.format(organization="Acme Engineering", actor="Dana"),
            MANY_WAIT.format(count=2),
            DISCONNECTED,
            NO_SECRET,
            DISCONNECT,
            "https://x/y",
        },
        {WEBHOOK_NEVER, BY_KEY.format(organization="Acme Engineering", actor="Dana")},
    ),
    (form(environment=True, refused=True), {DISCONNECTED}, {BY_SETTINGS, NOT_CONNECTED}),
    (form(refused=True), {NOT_CONNECTED}, {DISCONNECTED}),
    (connected(), {BY_KEY.format(organization="Acme Engineering", actor="Dana")}, {DISCONNECTED}),
    (
        connected(kind=ConnectionKind.OAUTH_APP, has_secret=True),
        {BY_APP.format(organization="Acme Engineering", actor="Dana"), WEBHOOK_NEVER},
        {NO_SECRET, DISCONNECTED},
    ),
    (
        connected(has_secret=True, told_at=datetime(2026, 11, 22, 9, 30, tzinfo=UTC)),
        {WEBHOOK_LAST, "2026"},
        {WEBHOOK_NEVER},
    ),
]


@pytest.mark.parametrize(("shown", "there", "absent"), STANDINGS)
def test_it_says_how_it_stands(shown: LinearForm, there: set[str], absent: set[str]) -> None:
    words = in_words(shown)
    assert {each for each in there if each not in words} == set()
    assert {each for each in absent if each in words} == set()


def test_the_first_view_can_save_nothing() -> None:
    assert "submit" not in as_payload(opening_linear_modal())


def test_each_turn_has_inputs_of_its_own() -> None:
    blocks = [
        {block["block_id"] for block in as_payload(linear_modal(shown))["blocks"] if block["type"] == "input"}
        for shown in (connected(), connected(turn=1), connected(organization=organization("Globex", 2)))
    ]
    assert [len(each) for each in blocks] == [2, 2, 2]
    assert not blocks[0] & blocks[1]
    assert not blocks[0] & blocks[2]


@pytest.mark.parametrize(
    "view",
    [
        {},
        {"private_metadata": "x"},
        {"private_metadata": "{}"},
        {"private_metadata": '{"organization": 1, "turn": 0}', "state": {"values": {"linear_key:1:0": {}}}},
        {
            "private_metadata": '{"organization": 1, "turn": 0}',
            "state": {"values": {"linear_key:1:0": {"value": {"value": 7}}}},
        },
    ],
)
def test_what_is_not_our_form_is_refused(view: dict[str, Any]) -> None:
    with pytest.raises((KeyError, TypeError, ValueError, AttributeError)):
        read_linear_submission(view)


def test_what_is_typed_is_in_no_repr() -> None:
    state = {"values": {"linear_key:1:0": {"value": {"value": " lin_api_x "}}}}
    read = read_linear_submission({"private_metadata": '{"organization": 1, "turn": 0}', "state": state})
    assert read.key == "lin_api_x"
    assert "lin_api_x" not in repr(read)
