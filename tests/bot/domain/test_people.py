"""Who somebody is, and whose e-mail may be believed."""

from dataclasses import replace
from typing import Any

import pytest

from bot.domain.people import (
    Doubt,
    SlackAccount,
    SlackMember,
    User,
    display_name_for_log,
    doubt_about,
    normalize_email,
    trusted_email,
)

FULL_MEMBER = SlackMember(
    account=SlackAccount("T1", "U1"),
    seen_by_team_id="T1",
    email="Ada@Customer.Example",
    email_confirmed=True,
    first_name="Ada",
    last_name="Lovelace",
    guest=False,
    bot=False,
    deleted=False,
)


def test_the_confirmed_email_of_a_full_member_is_trusted() -> None:
    assert trusted_email(FULL_MEMBER) == "ada@customer.example"
    assert doubt_about(FULL_MEMBER) is None


@pytest.mark.parametrize(
    ("change", "doubt"),
    [
        ({"guest": True}, Doubt.GUEST),
        ({"account": SlackAccount("T2", "U1")}, Doubt.FOREIGN),
        ({"seen_by_team_id": "T2"}, Doubt.FOREIGN),
        ({"email_confirmed": False}, Doubt.UNCONFIRMED),
        ({"bot": True}, Doubt.BOT),
        ({"deleted": True}, Doubt.DELETED),
        ({"email": None}, Doubt.NO_EMAIL),
        ({"email": ""}, Doubt.NO_EMAIL),
        ({"email": " \t"}, Doubt.NO_EMAIL),
        ({"email": None, "email_confirmed": False}, Doubt.NO_EMAIL),
        ({"guest": True, "email_confirmed": False}, Doubt.GUEST),
    ],
    ids=str,
)
def test_nobody_elses_email_is_trusted(change: dict[str, Any], doubt: Doubt) -> None:
    member = replace(FULL_MEMBER, **change)
    assert trusted_email(member) is None
    assert doubt_about(member) is doubt


@pytest.mark.parametrize(
    ("written", "compared"),
    [
        ("ada@customer.example", "ada@customer.example"),
        (" Ada@Customer.Example\n", "ada@customer.example"),
        ("STRASSE@customer.example", "strasse@customer.example"),
        # Other mailboxes than strasse@, mike@, fin@ and äda@.
        ("stra\u00dfe@customer.example", "stra\u00dfe@customer.example"),
        ("mi\u212ae@customer.example", "mi\u212ae@customer.example"),
        ("\ufb01n@customer.example", "\ufb01n@customer.example"),
        ("\u00c4da@customer.example", "\u00c4da@customer.example"),
    ],
)
def test_emails_are_compared_without_case_or_edges(written: str, compared: str) -> None:
    assert normalize_email(written) == compared


@pytest.mark.parametrize(
    ("first", "last", "name"),
    [("Ada", "Lovelace", "Ada Lovelace"), ("Ada", "", "Ada"), ("", "Lovelace", "Lovelace"), ("", "", "Somebody")],
)
def test_a_user_always_has_a_name(first: str, last: str, name: str) -> None:
    assert User(id=1, email=None, first_name=first, last_name=last, active=True).name == name


def test_the_log_names_people_by_email_or_by_their_slack_account() -> None:
    nameless = User(id=17, email=None, first_name="", last_name="", active=True)
    ada = replace(nameless, email="ada@customer.example")
    assert display_name_for_log(ada, FULL_MEMBER.account) == "ada@customer.example"
    assert display_name_for_log(nameless, FULL_MEMBER.account) == "slack:T1/U1"
    assert display_name_for_log(nameless, None) == "user:17"
