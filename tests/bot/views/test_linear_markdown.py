"""What a customer typed, as Markdown: read back by a real parser, it is the text and nothing else."""

import re
from collections.abc import Iterator

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from bot.domain.issues import Category, IssueRef, Priority, Status
from bot.domain.shown import PublicIssue
from bot.domain.text import clean
from bot.views.linear_markdown import FOOTER, escape_markdown, issue_description
from tests.bot.views.typed import HOSTILE, names

PARSERS = {
    "commonmark": MarkdownIt("commonmark"),
    # Without linkify, which needs a package more: a bare address is clickable in Linear however it is written.
    "gfm": MarkdownIt("gfm-like", {"linkify": False}),
}
TEXT, BREAK = "text", "hardbreak"
PARAGRAPH = ["paragraph_open", "inline", "paragraph_close"]
NO_BREAK_SPACE = "\N{NO-BREAK SPACE}"

MARKS = [
    *"\\`*_{}[]()<>#+-.!|~=:^$@&;\"'/0 \t\n",
    "\n\n",
    "    ",
    "\n   \n",
    "\u2003",
    "\u00a0",
    "\u2028",
    "\x85",
    "1. ",
    "12) ",
    "- [ ] ",
    "===",
    "---",
    "***",
    "```",
    "~~~",
    "~~",
    "[a](b)",
    "![a](b)",
    "[a]: b",
    "<b>",
    "<!--",
    "&amp;",
    "&#35;",
    "| a | b |\n|---|---|",
    "a\n:-",
    "http://x.example",
    "\\\n",
    "  \n",
    "word",
]
typed = st.lists(st.sampled_from([*MARKS, *HOSTILE]) | st.text(max_size=6), max_size=14).map("".join).map(clean)


def lines_read(tokens: list[Token]) -> Iterator[list[str]]:
    """Yield the lines of each paragraph; anything but paragraphs, text and breaks fails."""
    assert [token.type for token in tokens] == PARAGRAPH * (len(tokens) // 3)
    for token in tokens[1::3]:
        lines = [""]
        for child in token.children or []:
            assert child.type in {TEXT, BREAK}, child
            if child.type == BREAK:
                lines.append("")
            else:
                lines[-1] += child.content
        yield lines


def paragraphs(text: str) -> list[list[str]]:
    """Return what was typed: paragraphs of lines, without the white space around each."""
    lines = [line.strip() for line in text.split("\n")]
    return [block.split("\n") for block in re.split(r"\n{2,}", "\n".join(lines).strip("\n")) if block]


def read_back(parser: MarkdownIt, markdown: str) -> list[list[str]]:
    return [[line.strip() for line in lines] for lines in lines_read(parser.parse(markdown))]


@pytest.mark.parametrize("parser", PARSERS.values(), ids=PARSERS)
@given(typed)
@settings(max_examples=200)
@example("a\n\u2003\n\nb")
@example("a\\\nb\\")
@example("a\n===\nb\n---")
@example("    code\n\tcode")
def test_markdown_shows_what_was_typed_and_nothing_else(parser: MarkdownIt, text: str) -> None:
    assert read_back(parser, escape_markdown(text)) == paragraphs(text)


@pytest.mark.parametrize("parser", PARSERS.values(), ids=PARSERS)
@pytest.mark.parametrize("sign", [chr(code) for code in range(0x20, 0x7F)])
def test_no_sign_means_anything_at_the_beginning_of_a_line_or_inside(parser: MarkdownIt, sign: str) -> None:
    for text in (f"{sign} a", f"a\n{sign}{sign}{sign}", f"{sign}a{sign} b{sign}", f"7{sign} a", f"a\n{sign}"):
        assert read_back(parser, escape_markdown(clean(text))) == paragraphs(clean(text))


def test_indentation_is_kept_as_spaces_that_do_not_break() -> None:
    ((first, second, third),) = lines_read(PARSERS["commonmark"].parse(escape_markdown("if x:\n    y\n\tz")))
    assert (first, second, third) == ("if x:", f"{NO_BREAK_SPACE * 4}y", f"{NO_BREAK_SPACE * 4}z")


@pytest.mark.parametrize(
    ("text", "markdown"),
    [
        ("plain words, with commas; and (brackets)", "plain words, with commas; and (brackets)"),
        ("one\ntwo", "one\\\ntwo"),
        ("one\n\n\n \ntwo", "one\n\ntwo"),
        ("# a *b* [c](d)", r"\# a \*b\* \[c\](d)"),
        ("- a\n2. b", "\\- a\\\n2\\. b"),
        ("well-known 3.14", "well-known 3.14"),
        # Linear reads more than CommonMark: emoji codes, mentions, formulas, marks.
        (":tada: @ada $x^2$ ==y== {z}", r"\:tada\: \@ada \$x\^2\$ \=\=y\=\= \{z\}"),
        ("", ""),
    ],
)
def test_what_needs_no_escape_stays_readable(text: str, markdown: str) -> None:
    assert escape_markdown(text) == markdown


ISSUE = PublicIssue(
    ref=IssueRef(1, 1),
    number="ISS-2026-0001",
    title="Export fails",
    description="It says *500*.",
    status=Status.OPEN,
    priority=Priority.HIGH,
    category=Category.BUG,
    organization_name="Acme",
    customer_name="Ada",
    assignee_first_name=None,
)


@given(typed, names, names)
@settings(max_examples=60)
def test_a_description_is_the_text_then_a_rule_then_where_it_comes_from(
    text: str, customer: str, organization: str
) -> None:
    issue = PublicIssue(
        **{**vars(ISSUE), "description": text, "customer_name": customer, "organization_name": organization}
    )
    tokens = PARSERS["gfm"].parse(issue_description(issue))
    footer = FOOTER.format(number=issue.number, customer=customer, organization=organization)
    assert [token.type for token in tokens if token.type == "hr"] == ["hr"] * bool(text)
    assert [[line.strip() for line in lines] for lines in lines_read(tokens[-3:])] == [[footer.strip()]]
    written = [[line.strip() for line in lines] for lines in lines_read(tokens[:-4])] if text else []
    assert written == paragraphs(text)


def test_the_footer_tells_who_raised_it_for_whom_and_from_which_message() -> None:
    address = "https://acme.slack.com/archives/C1/p1?thread_ts=1.2&cid=C1"
    raised = {"raised_by_name": "Vera *V*", "source_url": address, "description": ""}
    tokens = PARSERS["gfm"].parse(issue_description(PublicIssue(**{**vars(ISSUE), **raised})))
    [inline] = [token for token in tokens if token.type == "inline"]
    words = "".join(token.content for token in inline.children or [])
    assert words == "ISS-2026-0001, raised by Vera *V* for Ada with Acme, from a message in Slack"
    links = [token.attrs["href"] for token in inline.children or [] if token.type == "link_open"]
    assert links == [address]


def test_no_address_ends_its_link_early() -> None:
    odd = {"source_url": "https://x.example/a) [b](https://evil.example", "description": ""}
    tokens = PARSERS["gfm"].parse(issue_description(PublicIssue(**{**vars(ISSUE), **odd})))
    [inline] = [token for token in tokens if token.type == "inline"]
    links = [str(token.attrs["href"]) for token in inline.children or [] if token.type == "link_open"]
    assert [link.partition("/a")[0] for link in links] == ["https://x.example"]


def test_an_issue_without_a_description_has_only_where_it_comes_from() -> None:
    bare = PublicIssue(**{**vars(ISSUE), "description": ""})
    footer = FOOTER.format(number="ISS-2026-0001", customer="Ada", organization="Acme")
    assert issue_description(bare) == footer
