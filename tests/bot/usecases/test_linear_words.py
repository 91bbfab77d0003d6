"""Markdown of Linear, as the words that it is to a reader."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.conversation import COMMENT_LIMIT, CommentVisibility
from bot.usecases.linear_words import A_FILE, A_PAGE, read_words
from bot.views.linear_markdown import escape_markdown

MARKER = "@customer"
UPLOAD = "https://uploads.linear.app/11aa/22bb/33cc"
ISSUE = "https://linear.app/acme/issue/ENG-12/our-secret-title"


def public(body: str, marker: str = MARKER) -> str | None:
    """Return what the customer reads of a comment; None: nothing."""
    visibility, text = read_words(body, marker)
    return text if visibility is CommentVisibility.PUBLIC else None


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ("@customer We found it.", "We found it."),
        ("@Customer: We found it.", "We found it."),
        ("\\@customer We found it.", "We found it."),
        ("@customer\nWe found it.", "We found it."),
        ("@customer\\\nWe found it.", "We found it."),
        ("@customer\n\nWe found it.\n\nReally.", "We found it.\n\nReally."),
        ("@customer **We** _found_ ~~it~~ `it`.", "We found it it."),
        ("@customer\n\n- one\n- two", "• one\n• two"),
    ],
)
def test_what_begins_with_the_marker_is_for_the_customer(body: str, text: str) -> None:
    assert public(body) == text


@pytest.mark.parametrize(
    "body",
    [
        "We found it.",
        "We tell @customer later.",
        "@customers are angry",
        "@customer's card",
        "`@customer` We found it.",
        "**@customer** We found it.",
        "**@customer We found it.**",
        "@customer**s** are angry",
        "@customer`s` are angry",
        "[@customer](https://acme.example) We found it.",
        "![@customer](https://acme.example/a.png)",
        "# @customer We found it.",
        "- @customer We found it.",
        "> @customer We found it.",
        "1. @customer We found it.",
        "```\n@customer We found it.\n```",
        "    @customer We found it.",
        "<b>@customer</b> We found it.",
        "Secret\n\n@customer We found it.",
        "@customer",
        "@customer:\n\n",
        "@customer \u200b",
        "",
    ],
)
def test_everything_else_is_internal(body: str) -> None:
    assert public(body) is None


@pytest.mark.parametrize(
    ("body", "marker"), [("# Root cause", "#"), ("- a", "-"), ("+ a", "+"), ("---", "-"), ("* a", "*")]
)
def test_signs_that_mean_something_in_markdown_are_no_marker(body: str, marker: str) -> None:
    assert public(body, marker) is None
    assert public(f"\\{marker} a", marker) == "a"


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ("See [the docs](https://acme.example/a).", "See the docs (https://acme.example/a)."),
        ("See https://acme.example/a.", "See https://acme.example/a."),
        ("See <https://acme.example/a>.", "See https://acme.example/a."),
        ("![a chart](https://acme.example/a.png)", "a chart (https://acme.example/a.png)"),
        ("![](https://acme.example/a%20b.png)", "a b.png (https://acme.example/a%20b.png)"),
        ("# Cause\n\nThe *disk*.\n\n---\n\n> It\n> says", "Cause\n\nThe disk.\n\n---\n\n> It\n> says"),
        ("1. a\n2. b\n   - c", "1. a\n2. b\n   • c"),
        ("```py\na = 1\n\nb = 2\n```", "a = 1\n\nb = 2"),
        ("| a | b |\n|---|---|\n| 1 | 2 |", "a | b\n1 | 2"),
        ("a\\\nb", "a\nb"),
        ("2 \\* 3 &lt; 7", "2 * 3 < 7"),
    ],
)
def test_markdown_reads_as_text(body: str, text: str) -> None:
    assert read_words(body, MARKER) == (CommentVisibility.INTERNAL, text)


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (f"![]({UPLOAD})", A_FILE),
        (f"![shot.png]({UPLOAD})", f"shot.png ({A_FILE})"),
        (f"[report.pdf]({UPLOAD})", f"report.pdf ({A_FILE})"),
        (f"See {UPLOAD}.", f"See {A_FILE}."),
        (f"See [ENG-12 Our secret title]({ISSUE}).", "See ENG-12."),
        (f"See {ISSUE}, please.", "See ENG-12, please."),
        (f"`{ISSUE}`", "ENG-12"),
        ("[Plan](https://linear.app/acme/project/secret-12)", f"Plan ({A_PAGE})"),
        ("https://linear.app.example/issue/x", "https://linear.app.example/issue/x"),
    ],
)
def test_customers_are_given_no_address_of_linear(body: str, text: str) -> None:
    assert public(f"@customer {body}") == text
    assert public(body) is None


def test_what_is_too_long_is_cut() -> None:
    assert len(read_words("long " * COMMENT_LIMIT, MARKER)[1]) <= COMMENT_LIMIT


@given(st.text(max_size=60))
def test_without_the_marker_at_its_beginning_nothing_is_public(text: str) -> None:
    if not text.replace("\\", "").lstrip().casefold().startswith(MARKER):
        assert public(text) is None


@given(st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1, max_size=40))
def test_what_was_typed_reads_as_it_was_typed(text: str) -> None:
    assert read_words(escape_markdown(text), "")[1] == text
