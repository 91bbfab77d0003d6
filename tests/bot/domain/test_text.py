"""What may be in a text that somebody typed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.text import ELLIPSIS, can_be_seen, clean, clean_line, shorten

# Everything that JSON can carry: NUL, controls and halves of surrogate pairs included.
ANYTHING = st.text(st.characters(exclude_categories=()))


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("plain", "plain"),
        ("  edges \n", "edges"),
        ("one\r\ntwo\rthree\nfour", "one\ntwo\nthree\nfour"),
        ("NUL\x00 bell\x07 escape\x1b[31m delete\x7f", "NUL bell escape[31m delete"),
        ("tab\tand line\nstay", "tab\tand line\nstay"),
        ("half \ud83d of a pair, and \ude00 the other", "half \ufffd of a pair, and \ufffd the other"),
        ("four bytes \U0001f600 and a family \U0001f468\u200d\U0001f469\u200d\U0001f467", None),
        ("שלום עולם", None),
        ("right to left \u202eoverridden\u202c", None),
        ("", ""),
        (" \t\r\n\x00 ", ""),
    ],
)
def test_clean_keeps_what_a_person_sees_and_a_database_takes(typed: str, kept: str | None) -> None:
    assert clean(typed) == (typed if kept is None else kept)


@given(ANYTHING)
def test_what_is_cleaned_can_be_encoded_and_needs_no_second_cleaning(typed: str) -> None:
    kept = clean(typed)
    kept.encode("utf-8")
    assert "\x00" not in kept
    assert "\r" not in kept
    assert clean(kept) == kept


@pytest.mark.parametrize(
    ("typed", "line"),
    [
        ("two\nlines", "two lines"),
        ("  many \t\n\r\n  gaps  ", "many gaps"),
        ("no\u00a0break and ideographic\u3000space", "no break and ideographic space"),
        ("paragraph\u2029separator", "paragraph separator"),
        ("\x00", ""),
    ],
)
def test_clean_line_makes_one_line_with_single_spaces(typed: str, line: str) -> None:
    assert clean_line(typed) == line


@given(ANYTHING)
def test_a_clean_line_is_one_line(typed: str) -> None:
    line = clean_line(typed)
    assert len(line.splitlines()) <= 1
    assert clean_line(line) == line


@pytest.mark.parametrize(
    ("text", "limit", "short"),
    [
        ("abc", 3, "abc"),
        ("abcd", 3, f"ab{ELLIPSIS}"),
        ("ab cd", 4, f"ab{ELLIPSIS}"),
        ("\U0001f600" * 4, 3, "\U0001f600" * 2 + ELLIPSIS),
        ("", 1, ""),
        ("abc", 1, ELLIPSIS),
    ],
)
def test_shorten_cuts_at_the_limit_and_says_so(text: str, limit: int, short: str) -> None:
    assert shorten(text, limit) == short


@given(st.text(), st.integers(1, 40))
def test_shortened_text_fits_and_is_the_beginning_of_the_text(text: str, limit: int) -> None:
    short = shorten(text, limit)
    assert len(short) <= limit
    assert text.startswith(short.removesuffix(ELLIPSIS)) or short == text


@pytest.mark.parametrize("text", ["", " \n\t", "\u200b", "\u202e\u202c", "\u00a0\u3000", "\ufeff", "\u2028\u2029"])
def test_what_has_no_width_and_no_ink_cannot_be_seen(text: str) -> None:
    assert not can_be_seen(text)


@pytest.mark.parametrize("text", ["a", "\u200b.", "\U0001f468\u200d\U0001f469", "\ufffd", "א"])
def test_one_sign_is_enough_to_be_seen(text: str) -> None:
    assert can_be_seen(text)
