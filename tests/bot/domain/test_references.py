"""What somebody may write for an issue."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.issues import ById, ByNumber, format_number, read_reference


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("17", ById(17)),
        ("2026", ById(2026)),
        (" 17 ", ById(17)),
        ("9" * 18, ById(int("9" * 18))),
        ("9" * 19, None),
        ("017", ByNumber(None, 17)),
        ("0001", ByNumber(None, 1)),
        ("0", ByNumber(None, 0)),
        ("ISS-17", ByNumber(None, 17)),
        ("iss-0001", ByNumber(None, 1)),
        ("2026-0001", ByNumber(2026, 1)),
        ("ISS-2026-0001", ByNumber(2026, 1)),
        ("Iss-2026-12345", ByNumber(2026, 12345)),
        ("ISS-2026", ByNumber(None, 2026)),
        ("ISS-99999-1", None),
        ("ISS-", None),
        ("ISS-2026-", None),
        ("-1", None),
        ("1.0", None),
        ("", None),
        ("\u0661", None),
        ("1\x00", None),
        ("ENG-12", None),
    ],
)
def test_an_issue_is_meant_by_its_id_or_its_number(text: str, meant: ById | ByNumber | None) -> None:
    assert read_reference(text) == meant


@given(st.integers(1000, 9999), st.integers(1, 10**9))
def test_every_number_that_is_given_out_is_read_back(year: int, counter: int) -> None:
    assert read_reference(format_number(year, counter)) == ByNumber(year, counter)


@given(st.text())
def test_whatever_is_written_is_an_issue_or_none(text: str) -> None:
    meant = read_reference(text)
    if isinstance(meant, ById):
        assert 0 < meant.issue_id < 2**63
