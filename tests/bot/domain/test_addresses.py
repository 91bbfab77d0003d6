"""Addresses of Linear issues, without the title's slug."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.addresses import short_address

SHORT = "https://linear.app/acme/issue/ENG-12"


@pytest.mark.parametrize(
    "long",
    [
        f"{SHORT}/the-secret-title",
        f"{SHORT}/the-secret-title/",
        f"{SHORT}/",
        SHORT,
        f"{SHORT}/the-secret-title?comment=1#activity",
        f"{SHORT}?title=secret",
        f"{SHORT}#secret",
        f"{SHORT}/issue/secret",
    ],
)
def test_the_slug_of_the_title_is_cut_off(long: str) -> None:
    assert short_address(long) == SHORT


@pytest.mark.parametrize(
    ("long", "short"),
    [
        ("http://127.0.0.1:4000/acme/issue/ENG-12/secret", "http://127.0.0.1:4000/acme/issue/ENG-12"),
        ("https://linear.app/issue/issue/ENG-12/secret", "https://linear.app/issue/issue/ENG-12"),
        ("https://linear.app/acme", "https://linear.app/acme"),
        ("https://linear.app", "https://linear.app"),
        ("", ""),
    ],
)
def test_odd_addresses(long: str, short: str) -> None:
    assert short_address(long) == short


@given(st.from_regex(r"\A[a-z0-9-]{0,40}\Z"), st.sampled_from(["", "/", "?q=1", "#top"]))
def test_a_shortened_address_stays_as_it_is_and_never_shows_the_slug(slug: str, rest: str) -> None:
    assert short_address(f"{SHORT}/{slug}{rest}") == SHORT
    assert short_address(SHORT) == SHORT
