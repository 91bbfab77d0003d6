"""The customer records, as people and programs read them."""

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from rich.cells import cell_len

from bot.domain.organizations import Organization
from bot.domain.people import SOMEBODY, CustomersJoin, SlackAccount, User
from handlers.cli.customers import (
    EMAIL,
    ISSUES,
    NAME,
    NO_CUSTOMERS,
    NONE,
    ON,
    PROFILE,
    SINCE,
    SLACK,
    SWITCHED_OFF,
    UNLIMITED,
    as_json_text,
    as_tables,
    profile_word,
)
from storage.customers import CustomerFacts

ACME = Organization(
    id=1,
    name="Acme",
    slug="acme",
    customers_join=CustomersJoin.OPEN,
    owner_user_id=1,
    linear_team_id=None,
    reply_marker="@customer",
    reopen_days=14,
)
GLOBEX = replace(ACME, id=2, name="Globex", slug="globex")
ACCOUNT = SlackAccount("T024BE7LD1", "U024BE7LH12")
ADA = CustomerFacts(
    record_id=7,
    user=User(id=3, email="ada@customer.example", first_name="Ada", last_name="Lovelace", active=True),
    accounts=[ACCOUNT],
    since=datetime(2026, 11, 22, 9, 5, 7, 123456, tzinfo=UTC),
    open_issues=2,
    all_issues=5,
    profile_active=True,
)


def _named(first: str, last: str = "", email: str | None = None) -> CustomerFacts:
    return replace(ADA, user=replace(ADA.user, first_name=first, last_name=last, email=email))


def _cells(line: str) -> list[str]:
    return [cell for cell in line.split("  ") if cell]


def test_in_a_pipe_each_customer_is_one_line() -> None:
    text = as_tables([(ACME, [ADA, _named("Bo")])], width=UNLIMITED, styled=False)
    title, heading, ada, bo = text.splitlines()
    assert title == "Acme (acme, id 1)"
    assert [cell.strip() for cell in _cells(heading)] == [NAME, EMAIL, SLACK, SINCE, ISSUES, PROFILE]
    account = "T024BE7LD1/U024BE7LH12"
    assert [cell.strip() for cell in _cells(ada)] == [
        *("Ada Lovelace", "ada@customer.example", account, "2026-11-22 09:05", "2/5", "on")
    ]
    assert [cell.strip() for cell in _cells(bo)] == ["Bo", "-", account, "2026-11-22 09:05", "2/5", "on"]
    assert "\x1b" not in text


def test_columns_stand_under_each_other_whatever_the_width_of_the_letters() -> None:
    customers = [ADA, _named("山田", "太郎"), _named("Zoë", "e\u0301"), _named("👩‍💻"), _named("")]
    _, heading, *lines = as_tables([(ACME, customers)], width=UNLIMITED, styled=False).splitlines()
    place = cell_len(heading.partition(SLACK)[0])
    assert [cell_len(line.partition("T024")[0]) for line in lines] == [place] * len(customers)
    assert SOMEBODY in lines[-1]


@pytest.mark.parametrize("width", [80, 100])
def test_in_a_narrow_terminal_no_line_is_wider_than_it_and_nothing_is_cut(width: int) -> None:
    email = "a.very.long.name@a-very-long-company-name-of-a-customer.example"
    accounts = [ACCOUNT, SlackAccount("T024BE7LD1", "U0SECOND001")]
    long = replace(_named("Wolfeschlegelsteinhausenbergerdorff", "山田太郎" * 8, email), accounts=accounts)
    text = as_tables([(ACME, [ADA, long])], width=width, styled=False)
    assert all(cell_len(line) <= width for line in text.splitlines())
    assert "Ada Lovelace" in text
    for account in accounts:
        assert f"{account.team_id}/{account.user_id}" in text
    for heading in (SINCE, ISSUES, PROFILE, "2026-11-22", "09:05", "2/5"):
        assert heading in text
    together = "".join(line[:30].strip() for line in text.splitlines())
    assert "Wolfeschlegels" in together
    assert "…" not in text


def test_a_terminal_that_is_wide_enough_has_a_line_for_each_customer() -> None:
    lines = as_tables([(ACME, [ADA])], width=UNLIMITED, styled=False).splitlines()
    width = max(cell_len(line) for line in lines)
    assert as_tables([(ACME, [ADA])], width=width, styled=False).splitlines() == lines
    assert len(as_tables([(ACME, [ADA])], width=width - 1, styled=False).splitlines()) > len(lines)


def test_organizations_stand_apart_and_one_without_customers_says_so() -> None:
    text = as_tables([(ACME, [ADA]), (GLOBEX, [])], width=UNLIMITED, styled=False)
    assert text.split("\n\n")[1:] == [NO_CUSTOMERS.format(name="Globex")]


def test_headings_are_bold_in_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    assert "\x1b[1m" in as_tables([(ACME, [ADA])], width=80, styled=True)


def test_what_somebody_typed_is_shown_as_text_and_moves_nothing() -> None:
    hostile = _named("[bold]x[/bold] :tada:", "\x1b[2J\x9b1A\u202egnp\n\r", "a\u200fb@c.example")
    acme = replace(ACME, name="A\x1b[31m\u2067cme [red]")
    text = as_tables([(acme, [hostile])], width=UNLIMITED, styled=False)
    assert "[bold]x[/bold] :tada:" in text
    assert text.startswith("A[31mcme [red] (acme, id 1)\n")
    assert len(text.splitlines()) == 3
    assert not set(text) & set("\x1b\x9b\u202e\u200f\u2067\r")


@pytest.mark.parametrize(
    ("profile", "user", "word"),
    [(True, True, ON), (False, True, SWITCHED_OFF), (True, False, SWITCHED_OFF), (None, True, NONE)],
)
def test_a_profile_counts_while_its_user_is_on_too(profile: bool | None, user: bool, word: str) -> None:  # noqa: FBT001
    facts = replace(ADA, profile_active=profile, user=replace(ADA.user, active=user))
    assert profile_word(facts) == word


def test_programs_read_all_of_it_as_json() -> None:
    text = as_json_text([(ACME, [ADA, _named("山田", "\x1b")]), (GLOBEX, [])])
    assert text.isascii()
    ada, yamada = json.loads(text)
    assert ada == {
        "id": 7,
        "organization": {"id": 1, "name": "Acme", "slug": "acme"},
        "user_id": 3,
        "first_name": "Ada",
        "last_name": "Lovelace",
        "email": "ada@customer.example",
        "slack": [{"team_id": "T024BE7LD1", "user_id": "U024BE7LH12"}],
        "since": "2026-11-22T09:05:07Z",
        "issues": {"open": 2, "all": 5},
        "profile": "on",
    }
    assert (yamada["first_name"], yamada["last_name"], yamada["email"]) == ("山田", "\x1b", None)
    assert json.loads(as_json_text([])) == []
