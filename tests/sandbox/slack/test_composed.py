"""What people type, laid out: marks become styles, and nothing that was typed is lost or made up."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.clock import SettableClock
from sandbox.slack import Slack
from sandbox.slack.blocks import check
from sandbox.slack.composed import composed

SLACK = Slack(SettableClock())
ACME = SLACK.add_team("Acme", "acme")
ANN = SLACK.add_user(ACME, "Ann", "Lee")
# What the layout may take away: the marks, the line ends around code, and what begins a quote.
MARKS = str.maketrans("", "", "*_~`>\n: ")


def parts(text: str) -> list[dict[str, Any]]:
    (block,) = composed(SLACK.world, ANN, text)
    found: list[dict[str, Any]] = block["elements"]
    return found


def inside(text: str) -> list[dict[str, Any]]:
    (section,) = parts(text)
    found: list[dict[str, Any]] = section["elements"]
    return found


def words(text: str, **style: bool) -> dict[str, Any]:
    return {"type": "text", "text": text, **({"style": style} if style else {})}


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("a *b* c", [words("a "), words("b", bold=True), words(" c")]),
        ("_a_ ~b~", [words("a", italic=True), words(" "), words("b", strike=True)]),
        ("*a _b_*", [words("a ", bold=True), words("b", bold=True, italic=True)]),
        ("`a *b*`", [words("a *b*", code=True)]),
        ("snake_case_name, 2*3*4, * a *", [words("snake_case_name, 2*3*4, * a *")]),
        ("https://a.example/b_c_d", [{"type": "link", "url": "https://a.example/b_c_d"}]),
        (":tada: at 12:30:45", [{"type": "emoji", "name": "tada"}, words(" at 12:30:45")]),
        ("*@ann.lee*", [{"type": "user", "user_id": ANN.id, "style": {"bold": True}}]),
    ],
)
def test_marks_become_styles(typed: str, shown: list[dict[str, Any]]) -> None:
    assert inside(typed) == shown


def test_quotes_and_code_are_parts_of_their_own() -> None:
    kinds = [part["type"] for part in parts("see\n> this\n> that\nand\n```\nx = *1*\n```\nend")]
    section, quote, code = "rich_text_section", "rich_text_quote", "rich_text_preformatted"
    assert kinds == [section, quote, section, code, section]
    assert parts("```\nx = *1*\n```")[0]["elements"] == [words("x = *1*")]


def test_no_text_is_no_block() -> None:
    assert composed(SLACK.world, ANN, "") == []


@given(
    st.text(st.sampled_from("ab *_~`>\n:@#/.") | st.characters(exclude_categories=["Cs"]), min_size=1, max_size=80)
)
def test_nothing_that_was_typed_is_lost(text: str) -> None:
    blocks = composed(SLACK.world, ANN, text)
    assert check(blocks, "message") == []
    shown = "".join(
        element.get("text") or element.get("url") or element.get("name") or element.get("range") or ""
        for part in blocks[0]["elements"]
        for element in part["elements"]
    )
    assert shown.replace("@", "").translate(MARKS) == text.replace("@", "").translate(MARKS)
