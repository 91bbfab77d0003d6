"""Views about people: whatever anybody is called, they fit into Slack's limits and mention nobody."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from slack_sdk.models.views import View

from bot.domain.issues import Status
from bot.domain.linear_state import AGREES
from bot.domain.linear_team import LinearState
from bot.domain.looks import Modes, People, Switch
from bot.domain.organizations import NAME_LIMIT, LinearSettings, Organization
from bot.domain.people import (
    CustomersJoin,
    Doubt,
    HeldProfile,
    IdentityRule,
    Known,
    Match,
    Mode,
    Person,
    ProfileKind,
    User,
)
from bot.domain.tokens import StoredToken
from bot.usecases.people_admin import PEOPLE_LIMIT
from bot.views.issue_message import MessageView
from bot.views.mode_answer import mode_answer, read_mode, switch_answer
from bot.views.people_modal import (
    PeopleForm,
    is_now,
    people_modal,
    read_people_form,
)
from bot.views.people_words import listed
from bot.views.settings_modal import Shown, opening_modal, saved_modal, settings_modal
from bot.views.token_modal import TOKENS_LIMIT, made_modal, tokens_modal
from bot.views.whoami_answer import DOUBT_WORDS, RULE_WORDS, known_answer, unknown_answer
from sandbox.slack import mrkdwn
from sandbox.slack.reading import block_as_text, links, mentions
from tests.bot.views.typed import as_message, as_payload, names

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
# Slack gives no limit for names; ours come from Slack's profiles, where a field takes 80.
LONGEST = "\U0001f600" * NAME_LIMIT
KINDS = list(ProfileKind)


def organization(name: str, number: int = 1) -> Organization:
    return Organization(
        id=number,
        name=name,
        slug=f"o{number}",
        customers_join=CustomersJoin.INVITED,
        owner_user_id=1,
        linear_team_id=None,
        reply_marker="@" + "<" * 29,
        reopen_days=365,
    )


def user(name: str) -> User:
    return User(id=1, email=f"{name}@x", first_name=name, last_name=name, active=True)


def mode(name: str, number: int = 1, kind: ProfileKind = ProfileKind.VENDOR) -> Mode:
    return Mode(profile_id=number, organization_id=number, organization_name=name, kind=kind)


def held(name: str, number: int, kind: ProfileKind) -> HeldProfile:
    return HeldProfile(
        organization_id=number, organization_name=name, kind=kind, active=bool(number % 2), primary=True, owner=True
    )


def stored(name: str, number: int) -> StoredToken:
    return StoredToken(
        id=number,
        hint="thr_abcd",
        organization_id=number,
        organization_name=name,
        created_at=NOW,
        last_used_at=NOW if number % 2 else None,
    )


def harmless(view: MessageView) -> None:
    message = as_message(view)
    assert mentions(message) == links(message) == list(mrkdwn.mentions(view.text)) == []


def in_words(view: View) -> str:
    payload = as_payload(view)
    return "\n".join(block_as_text(block) for block in payload["blocks"])


@given(names)
@settings(max_examples=30)
@example(LONGEST)
@example('"' * NAME_LIMIT)
@example("<!channel>")
def test_messages_about_people_fit_and_mention_nobody(name: str) -> None:
    many = [mode(name, number, kind) for number in range(60) for kind in KINDS]
    harmless(mode_answer(Modes(offered=many, now=many[0])))
    for found in (many, []):
        switch = Switch(modes=Modes(offered=many, now=many[0]), kind=ProfileKind.VENDOR, found=found)
        harmless(switch_answer(switch, f"vendor {name * 50}"))
    harmless(switch_answer(Switch(modes=Modes(offered=many, now=many[0]), kind=None, found=[]), name * 50))
    profiles = [held(name, number, kind) for number in range(60) for kind in KINDS]
    for rule in IdentityRule:
        harmless(known_answer(Known(user=user(name), rule=rule, profiles=profiles, mode=many[0])))
    harmless(unknown_answer(Match(user(name), None)))


@given(names)
@settings(max_examples=30)
@example(LONGEST)
@example('"' * NAME_LIMIT)
def test_forms_about_people_fit(name: str) -> None:
    choices = [organization(name, number) for number in range(120)]
    person = Person(user=user(name), kinds=[], switched_off=KINDS, owner=True)
    crowd = People(organization=choices[0], listed=[person] * PEOPLE_LIMIT, count=1_000_000)
    as_payload(people_modal(PeopleForm(1, 10_000), crowd, choices, said=is_now(user(name), KINDS, name)))
    tokens = [stored(name, number) for number in range(TOKENS_LIMIT * 2)]
    as_payload(tokens_modal(tokens, choices, said="x"))
    as_payload(made_modal("thr_" + "x" * 43, name))
    kinds = sorted(set().union(*AGREES.values()))
    states = [LinearState(str(number), name, kind, number) for number in range(60) for kind in kinds]
    chosen = LinearSettings(takes_titles=True, states=dict.fromkeys(Status, "7"))
    for linear in (LinearSettings(), chosen):
        shown = Shown(organization=choices[0], linear=linear, states=states)
        as_payload(settings_modal(shown, choices))
        as_payload(saved_modal(shown))


def test_forms_that_wait_for_the_look_up_are_complete() -> None:
    for view in (people_modal(PeopleForm()), tokens_modal(), opening_modal()):
        as_payload(view)
    # Who submits before it is filled has lost nothing: the first form is the same one.
    first, filled = (as_payload(view) for view in (people_modal(PeopleForm()), _filled()))
    assert _inputs(first) == _inputs(filled)


def _filled() -> View:
    people = People(organization=organization("Acme"), listed=[], count=0)
    return people_modal(PeopleForm(1), people, [organization("Acme")])


def _inputs(payload: dict[str, Any]) -> list[dict[str, Any]]:
    return [block for block in payload["blocks"] if block["type"] == "input"]


def test_every_rule_and_doubt_has_its_words() -> None:
    assert set(RULE_WORDS) == set(IdentityRule)
    assert set(DOUBT_WORDS) == set(Doubt)


@pytest.mark.parametrize(
    ("words", "said"), [(["a"], "a"), (["a", "b"], "a and b"), (["a", "b", "c"], "a, b and c")]
)
def test_words_are_listed_as_they_are_said(words: list[str], said: str) -> None:
    assert listed(words) == said


@given(st.integers(1, 10**9), st.sampled_from(ProfileKind))
def test_a_menus_value_is_read_back(number: int, kind: ProfileKind) -> None:
    view = mode_answer(Modes(offered=[mode("A", number, kind), mode("B", 2)], now=mode("A", number, kind)))
    menu = as_message(view).blocks or []
    assert read_mode(menu[1]["elements"][0]["options"][0]["value"]) == (number, kind)


@pytest.mark.parametrize("value", ["", ":", "1:", "x:vendor", "1:boss", "vendor"])
def test_another_value_is_none_of_ours(value: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - int() and the enum say it in words of their own
        read_mode(value)


def test_a_form_is_read_back_with_its_turn() -> None:
    form = PeopleForm(7, 3)
    assert read_people_form({"private_metadata": as_payload(people_modal(form))["private_metadata"]}) == form


def test_no_form_is_larger_than_the_worst_that_slack_takes() -> None:
    person = Person(user=user("<" * 80), kinds=KINDS, switched_off=[], owner=True)
    crowd = People(organization=organization("Acme"), listed=[person] * PEOPLE_LIMIT, count=PEOPLE_LIMIT)
    assert "more" not in in_words(people_modal(PeopleForm(1), crowd))
