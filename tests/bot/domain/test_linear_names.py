"""What people call a Linear issue by."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.linear_names import MOST_ADDRESSES, LinearName, addresses_in, is_in_workspace, read_name

URL = "https://linear.app/acme/issue/ENG-12"
ID = "0b5cf7a4-3b0c-4f0e-9d43-57a2b1a6f5c1"


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        (URL, LinearName("ENG-12", "acme")),
        (f"  <{URL}/the-export-fails#comment-1> ", LinearName("ENG-12", "acme")),
        ("http://linear.app/Acme/issue/eng-12", LinearName("ENG-12", "acme")),
        ("eng-12", LinearName("ENG-12")),
        (ID.upper(), LinearName(ID)),
        ("", None),
        ("ENG", None),
        ("ENG-0", None),
        ("ENG-12 or so", None),
        ("ENG-1234567890123", None),
        ("\uff25\uff2e\uff27-12", None),
        ("https://linear.app/acme/issue/ENG-12345678901", None),
        ("https://linear.app/acme/project/ENG-12", None),
        ("https://linear.app.evil.example/acme/issue/ENG-12", None),
        ("https://evil.example/?https://linear.app/acme/issue/ENG-12", None),
    ],
)
def test_an_address_an_identifier_and_an_id_are_read(typed: str, name: LinearName | None) -> None:
    assert read_name(typed) == name


def test_addresses_in_a_text_are_found_each_once_and_only_a_few() -> None:
    text = f"See {URL}, {URL}/slug and ({URL.replace('12', '13')}). ENG-14 is none."
    assert addresses_in(text) == [LinearName("ENG-12", "acme"), LinearName("ENG-13", "acme")]
    many = " ".join(URL.replace("12", str(number)) for number in range(1, 9))
    assert len(addresses_in(many)) == MOST_ADDRESSES


def test_an_address_is_of_its_own_workspace_alone() -> None:
    assert is_in_workspace(URL, "acme")
    assert is_in_workspace(URL, None)
    assert not is_in_workspace(URL, "globex")
    assert not is_in_workspace("https://example.com", "acme")


@given(st.text())
def test_whatever_is_typed_is_read_or_is_none(text: str) -> None:
    name = read_name(text)
    assert name is None or read_name(name.wanted) == LinearName(name.wanted)
    assert all(found.workspace for found in addresses_in(text))
