"""An organization's name and slug."""

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.organizations import NAME_LIMIT, SLUG_LIMIT, name_problem, slug_of, tidy_name


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
