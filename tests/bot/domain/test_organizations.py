"""An organization's name and slug."""

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.conversation import CommentVisibility, sort_reply
from bot.domain.organizations import (
    CHOOSE_ONE,
    MARKER_LENGTH,
    MARKER_LIMIT,
    MARKER_SIGN,
    MARKER_SPACES,
    NAME_LIMIT,
    SLUG_LIMIT,
    WHOLE_DAYS,
    OrganizationSettings,
    Setting,
    SettingProblem,
    marker_problem,
    name_problem,
    read_settings,
    slug_of,
    tidy_name,
)
from bot.domain.people import CustomersJoin
from bot.domain.places import Audience


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("Acme", "acme"),
        ("Acme & Sons, Ltd.", "acme-sons-ltd"),
        ("  --Acme__Rockets--  ", "acme-rockets"),
        ("Größe", "grösse"),
        ("\uff21\uff23\uff2d\uff25", "acme"),
        ("アクメ", "アクメ"),
        ("Acme 2026", "acme-2026"),
        ("a/../b?c=d#e", "a-b-c-d-e"),
        ("!!!", "21-21-21"),
        ("\U0001f680", "1f680"),
        ("x" * 100, "x" * SLUG_LIMIT),
        ("x" * (SLUG_LIMIT - 1) + " y", "x" * (SLUG_LIMIT - 1)),
    ],
)
def test_a_slug_is_the_name_in_an_address(name: str, slug: str) -> None:
    assert slug_of(name) == slug


@given(st.text(min_size=1))
def test_a_slug_is_never_empty_and_has_only_letters_digits_and_single_hyphens(name: str) -> None:
    slug = slug_of(name)
    assert not re.search(r"^-|--|-$", slug), slug
    assert all(part.isalnum() or unicodedata.category(part).startswith("M") for part in slug.replace("-", "")), slug
    assert len(slug) <= SLUG_LIMIT
    assert slug == slug.casefold()


@given(st.text(min_size=1))
def test_case_never_makes_another_slug(name: str) -> None:
    assert slug_of(name.casefold()) == slug_of(name)


def test_a_name_is_tidied_to_one_line() -> None:
    assert tidy_name(" Acme\n Rockets\x00 ") == "Acme Rockets"


@pytest.mark.parametrize("name", ["A", "x" * NAME_LIMIT, "\U0001f680" * NAME_LIMIT, "Acme {channel} %s"])
def test_a_name_that_can_be_used(name: str) -> None:
    assert name_problem(name) is None


@pytest.mark.parametrize("name", ["", " \n", "\u200b\u2060"])
def test_an_organization_needs_a_name_that_can_be_seen(name: str) -> None:
    assert name_problem(tidy_name(name))


def test_a_name_that_is_too_long_is_told_both_lengths() -> None:
    problem = name_problem("x" * (NAME_LIMIT + 1))
    assert problem is not None
    assert str(NAME_LIMIT) in problem
    assert str(NAME_LIMIT + 1) in problem


@pytest.mark.parametrize("marker", ["@customer", "!", "@" + "x" * (MARKER_LIMIT - 1), "#public", "→kunde", "+1"])
def test_a_marker_begins_with_a_sign(marker: str) -> None:
    assert marker_problem(marker) is None


@pytest.mark.parametrize(
    ("marker", "problem"),
    [
        ("", MARKER_LENGTH),
        ("@" * (MARKER_LIMIT + 1), MARKER_LENGTH),
        ("@a b", MARKER_SPACES),
        ("@a\u00a0b", MARKER_SPACES),
        ("@\u200b", MARKER_SPACES),
        ("customer", MARKER_SIGN),
        ("1st", MARKER_SIGN),
        *((f"{sign}customer", MARKER_SIGN) for sign in "/<>&*_~`"),
        ("@<b>", MARKER_SIGN),
        ("@a&b", MARKER_SIGN),
    ],
)
def test_what_slack_or_nobody_would_read_as_a_marker_is_refused(marker: str, problem: str) -> None:
    assert marker_problem(marker) == problem


@given(st.text(max_size=40))
def test_settings_are_as_they_are_stored_or_every_problem_is_named(typed: str) -> None:
    found = read_settings("open", typed, typed)
    if isinstance(found, OrganizationSettings):
        assert marker_problem(found.reply_marker) is None
        assert 0 <= found.reopen_days <= 365
    else:
        assert {problem.setting for problem in found} & {Setting.REPLY_MARKER, Setting.REOPEN_DAYS}


@given(st.text(max_size=40), st.text(max_size=10))
def test_a_marker_that_is_taken_lets_a_reply_through(typed: str, words: str) -> None:
    found = read_settings("open", typed, "14")
    if isinstance(found, OrganizationSettings):
        reply = f"{found.reply_marker} {words}"
        assert sort_reply(reply, Audience.TRIAGE, found.reply_marker)[0] is CommentVisibility.PUBLIC


def test_each_setting_has_its_own_problem() -> None:
    assert read_settings("closed", "no sign", "soon") == [
        SettingProblem(Setting.CUSTOMERS_JOIN, CHOOSE_ONE),
        SettingProblem(Setting.REPLY_MARKER, MARKER_SPACES),
        SettingProblem(Setting.REOPEN_DAYS, WHOLE_DAYS),
    ]
    assert read_settings("invited", " @x ", " 007 ") == OrganizationSettings(
        customers_join=CustomersJoin.INVITED, reply_marker="@x", reopen_days=7
    )
