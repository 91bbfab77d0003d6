"""Drafts: tidied, checked, prefilled; and numbers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.issues import (
    SLACK_DESCRIPTION_LIMIT,
    TITLE_LIMIT,
    TITLE_REQUIRED,
    Category,
    Draft,
    Field,
    Priority,
    check,
    format_number,
    prefill,
    tidy,
)
from bot.domain.text import ELLIPSIS

ANYTHING = st.text(st.characters(exclude_categories=()))
INVISIBLE = ["", " ", "\n\t ", "\x00\x01", "\u200b", "\u2060\ufeff", "\u202e\u202c", "\u200d\u00a0"]
VISIBLE = ["x", ".", "0", "\ufffd", "\U0001f600", "א", "\u0939\u093f", "\u200bx"]


def fields(draft: Draft) -> list[Field]:
    return [problem.field for problem in check(draft)]


def test_tidying_makes_the_title_one_line_and_leaves_the_lines_of_the_description() -> None:
    draft = Draft(
        title=" Export\nfails\x00 ", description=" first\r\nsecond\x07\n", priority="high", category="bug"
    )
    assert tidy(draft) == Draft(
        title="Export fails", description="first\nsecond", priority=Priority.HIGH, category=Category.BUG
    )


@given(ANYTHING, ANYTHING)
def test_a_tidied_draft_is_tidy(title: str, description: str) -> None:
    draft = tidy(Draft(title=title, description=description))
    assert tidy(draft) == draft


@pytest.mark.parametrize(
    ("title", "wrong"),
    [
        ("x", []),
        ("x" * 255, []),
        ("x" * 256, [Field.TITLE]),
        ("\U0001f600" * 255, []),
        ("\U0001f600" * 256, [Field.TITLE]),
        ("שלום", []),
        ("<!channel>", []),
    ],
)
def test_a_title_has_up_to_255_characters(title: str, wrong: list[Field]) -> None:
    assert fields(tidy(Draft(title=title))) == wrong


@pytest.mark.parametrize("title", INVISIBLE)
def test_a_title_without_anything_to_see_is_no_title(title: str) -> None:
    problems = check(tidy(Draft(title=title)))
    assert [(problem.field, problem.sentence) for problem in problems] == [(Field.TITLE, TITLE_REQUIRED)]


@pytest.mark.parametrize("title", VISIBLE)
def test_a_title_of_one_visible_sign_is_a_title(title: str) -> None:
    assert fields(tidy(Draft(title=title))) == []


@pytest.mark.parametrize(
    ("length", "limit", "wrong"),
    [
        (0, SLACK_DESCRIPTION_LIMIT, []),
        (3_000, SLACK_DESCRIPTION_LIMIT, []),
        (3_001, SLACK_DESCRIPTION_LIMIT, [Field.DESCRIPTION]),
        (10_000, 10_000, []),
        (10_001, 10_000, [Field.DESCRIPTION]),
    ],
)
def test_a_description_has_as_many_characters_as_its_door_takes(
    length: int, limit: int, wrong: list[Field]
) -> None:
    problems = check(Draft(title="x", description="y" * length), limit)
    assert [problem.field for problem in problems] == wrong


def test_the_sentence_about_a_length_tells_both_numbers() -> None:
    (problem,) = check(Draft(title="x", description="y" * 3_001))
    assert "3,000" in problem.sentence
    assert "3,001" in problem.sentence


def test_priority_and_category_must_be_ones_that_there_are() -> None:
    problems = check(Draft(title="x", priority="Urgent", category=""))
    assert [problem.field for problem in problems] == [Field.PRIORITY, Field.CATEGORY]
    assert all(priority in problems[0].sentence for priority in Priority)
    assert all(category in problems[1].sentence for category in Category)


def test_everything_that_is_wrong_is_said_at_once() -> None:
    draft = Draft(title="", description="y" * 3_001, priority="no", category="no")
    assert fields(draft) == [Field.TITLE, Field.DESCRIPTION, Field.PRIORITY, Field.CATEGORY]


@pytest.mark.parametrize("priority", Priority)
@pytest.mark.parametrize("category", Category)
def test_every_priority_and_category_may_be_chosen(priority: Priority, category: Category) -> None:
    assert check(Draft(title="x", priority=priority.value, category=category.value)) == []


@pytest.mark.parametrize(
    ("text", "title", "description"),
    [
        ("", "", ""),
        ("  Export\nfails ", "Export fails", ""),
        ("x" * 255, "x" * 255, ""),
        ("x" * 256, "x" * 254 + ELLIPSIS, "x" * 256),
        ("x" * 200 + "\n" + "y" * 100, "x" * 200 + " " + "y" * 53 + ELLIPSIS, "x" * 200 + "\n" + "y" * 100),
        ("x" * 3_000, "x" * 254 + ELLIPSIS, "x" * 3_000),
        ("x" * 3_001, "x" * 254 + ELLIPSIS, "x" * 2_999 + ELLIPSIS),
    ],
)
def test_text_before_the_form_becomes_its_title_and_what_is_too_long_its_description(
    text: str, title: str, description: str
) -> None:
    assert prefill(text) == Draft(title=title, description=description)


@given(ANYTHING | st.text(min_size=TITLE_LIMIT, max_size=TITLE_LIMIT * 2))
def test_a_prefilled_draft_fits_the_form(text: str) -> None:
    assert {problem.sentence for problem in check(prefill(text))} <= {TITLE_REQUIRED}


@pytest.mark.parametrize(
    ("year", "counter", "number"),
    [
        (2026, 1, "ISS-2026-0001"),
        (2026, 9_999, "ISS-2026-9999"),
        (2026, 10_000, "ISS-2026-10000"),
        (2027, 123_456, "ISS-2027-123456"),
    ],
)
def test_a_number_is_the_year_and_at_least_four_digits(year: int, counter: int, number: str) -> None:
    assert format_number(year, counter) == number
