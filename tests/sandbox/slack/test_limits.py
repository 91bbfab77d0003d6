"""Every limit of Block Kit has an example that just fits and one that does not."""

from collections.abc import Callable
from typing import Any

import pytest

from sandbox.slack.blocks import Surface, check, too_long
from tests.sandbox.slack.office import (
    Json,
    actions,
    an_input,
    button,
    mrkdwn,
    option,
    plain,
    section,
    text_input,
)

X = "x"


def select(**more: Any) -> Json:
    return {"type": "static_select", "action_id": "s", "options": [option("A")], **more}


def overflow(count: int) -> Json:
    return {"type": "overflow", "action_id": "o", "options": [option(f"o{n}") for n in range(count)]}


def choices(kind: str, count: int) -> Json:
    return an_input("L", {"type": kind, "options": [option(f"o{n}") for n in range(count)]})


def confirm(**more: Any) -> Json:
    texts = {name: plain("ok") for name in ("title", "text", "confirm", "deny")}
    return actions(button("B", confirm={**texts, **more}))


def rich(*elements: Json) -> Json:
    return {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": list(elements)}]}


def table(rows: int, columns: int) -> Json:
    cell = {"type": "raw_text", "text": X}
    return {"type": "table", "rows": [[cell] * columns] * rows}


def image(**more: Any) -> Json:
    return {"type": "image", "image_url": "https://x.example/i.png", "alt_text": "a", **more}


def menu(count: int) -> Json:
    return actions(select(options=[option(f"o{n}") for n in range(count)]))


def wide(text: str, value: str = "v", **more: Any) -> Json:
    return actions(select(options=[{"text": plain(text), "value": value, **more}]))


# What is limited, how a block of a size is made, the smallest and the largest size that fit.
SIZES: list[tuple[str, Callable[[int], Json], int, int]] = [
    ("section text", lambda n: {"type": "section", "text": mrkdwn(X * n)}, 1, 3000),
    ("section fields", lambda n: {"type": "section", "fields": [plain(X)] * n}, 1, 10),
    ("section field", lambda n: {"type": "section", "fields": [plain(X * n)]}, 1, 2000),
    ("header", lambda n: {"type": "header", "text": plain(X * n)}, 1, 150),
    ("context elements", lambda n: {"type": "context", "elements": [mrkdwn(X)] * n}, 1, 10),
    ("context text", lambda n: {"type": "context", "elements": [plain(X * n)]}, 1, 3000),
    ("actions", lambda n: actions(*[button("B", f"a{i}") for i in range(n)]), 1, 25),
    ("button text", lambda n: actions(button(X * n)), 1, 75),
    ("button value", lambda n: actions(button("B", value=X * n)), 1, 2000),
    ("button url", lambda n: actions(button("B", url=X * n)), 1, 3000),
    ("action_id", lambda n: actions(button("B", X * n)), 1, 255),
    ("block_id", lambda n: {"type": "divider", "block_id": X * n}, 1, 255),
    ("select options", menu, 1, 100),
    ("option text", lambda n: wide(X * n), 1, 75),
    ("option value", lambda n: wide("A", X * n), 1, 150),
    ("option description", lambda n: wide("A", description=plain(X * n)), 1, 75),
    ("placeholder", lambda n: actions(select(placeholder=plain(X * n))), 1, 150),
    ("overflow", lambda n: actions(overflow(n)), 1, 5),
    ("checkboxes", lambda n: choices("checkboxes", n), 1, 10),
    ("radio buttons", lambda n: choices("radio_buttons", n), 1, 10),
    ("label", lambda n: {**text_input("L"), "label": plain(X * n)}, 1, 2000),
    ("hint", lambda n: {**text_input("L"), "hint": plain(X * n)}, 1, 2000),
    ("max_length", lambda n: text_input("L", max_length=n), 1, 3000),
    ("max_files", lambda n: an_input("L", {"type": "file_input", "max_files": n}), 1, 10),
    ("confirm title", lambda n: confirm(title=plain(X * n)), 1, 100),
    ("confirm text", lambda n: confirm(text=plain(X * n)), 1, 300),
    ("confirm button", lambda n: confirm(confirm=plain(X * n)), 1, 30),
    ("deny button", lambda n: confirm(deny=plain(X * n)), 1, 30),
    ("markdown", lambda n: {"type": "markdown", "text": X * n}, 1, 12_000),
    ("table rows", lambda n: table(n, 1), 1, 100),
    ("table columns", lambda n: table(1, n), 1, 20),
    ("image alt", lambda n: image(alt_text=X * n), 1, 2000),
    ("image title", lambda n: image(title=plain(X * n)), 1, 2000),
    ("image url", lambda n: image(image_url=X * n), 1, 3000),
]


@pytest.mark.parametrize(("make", "low", "high"), [row[1:] for row in SIZES], ids=[row[0] for row in SIZES])
def test_a_size_fits_from_its_smallest_to_its_largest_and_no_further(
    make: Callable[[int], Json], low: int, high: int
) -> None:
    assert check([make(low)], "message") == []
    assert check([make(high)], "message") == []
    assert check([make(low - 1)], "message")
    assert check([make(high + 1)], "message")


GOOD_AND_BAD: list[tuple[str, Json, Json]] = [
    ("header takes plain_text", {"type": "header", "text": plain(X)}, {"type": "header", "text": mrkdwn(X)}),
    ("button takes plain_text", actions(button("B")), actions({**button("B"), "text": mrkdwn("B")})),
    ("a section says something", section(X), {"type": "section"}),
    ("types are known", {"type": "divider"}, {"type": "dividor"}),
    ("types are given", {"type": "divider"}, {"block_id": "x"}),
    ("no other fields", section(X), {**section(X), "colour": "red"}),
    (
        "initial_option is offered",
        actions(select(initial_option=option("A"))),
        actions(select(initial_option=option("B"))),
    ),
    (
        "options or groups",
        actions(select()),
        actions(select(option_groups=[{"label": plain("G"), "options": [option("A")]}])),
    ),
    ("styles are words", actions(button("B", style="danger")), actions(button("B", style="red"))),
    (
        "action_ids differ within a block",
        actions(button("A", "a"), button("B", "b")),
        actions(button("A", "a"), button("B", "a")),
    ),
    (
        "dates are dates",
        an_input("L", {"type": "datepicker", "initial_date": "2026-01-31"}),
        an_input("L", {"type": "datepicker", "initial_date": "31.1."}),
    ),
    (
        "times are times",
        an_input("L", {"type": "timepicker", "initial_time": "09:30"}),
        an_input("L", {"type": "timepicker", "initial_time": "9"}),
    ),
    ("min below max", text_input("L", min_length=1, max_length=2), text_input("L", min_length=3, max_length=2)),
    (
        "initial fits max",
        text_input("L", max_length=2, initial_value="xx"),
        text_input("L", max_length=2, initial_value="xxx"),
    ),
    ("inputs take inputs", text_input("L"), an_input("L", button("B"))),
    ("actions take no text inputs", actions(button("B")), actions({"type": "plain_text_input", "action_id": "x"})),
    ("an image has a source", image(), {"type": "image", "alt_text": "a"}),
    (
        "numbers say whether decimals",
        an_input("L", {"type": "number_input", "is_decimal_allowed": False}),
        an_input("L", {"type": "number_input"}),
    ),
    ("rich text is not empty", rich({"type": "text", "text": X}), rich({"type": "text", "text": ""})),
    (
        "rich styles are known",
        rich({"type": "text", "text": X, "style": {"bold": True}}),
        rich({"type": "text", "text": X, "style": {"loud": True}}),
    ),
    ("rich users have ids", rich({"type": "user", "user_id": "U1"}), rich({"type": "user"})),
    (
        "rich broadcasts have ranges",
        rich({"type": "broadcast", "range": "here"}),
        rich({"type": "broadcast", "range": "all"}),
    ),
    ("rich elements are known", rich({"type": "emoji", "name": "eyes"}), rich({"type": "smiley", "name": "eyes"})),
    ("flags are flags", text_input("L", multiline=True), text_input("L", multiline="yes")),
    ("objects are objects", section(X), {"type": "section", "text": "just text"}),
]


@pytest.mark.parametrize(("good", "bad"), [row[1:] for row in GOOD_AND_BAD], ids=[row[0] for row in GOOD_AND_BAD])
def test_a_rule_lets_one_pass_and_refuses_the_other(good: Json, bad: Json) -> None:
    assert check([good], "message") == []
    assert check([bad], "message")


LISTS = ("rich_text_quote", "rich_text_preformatted")


@pytest.mark.parametrize("kind", LISTS)
def test_quotes_and_code_hold_text(kind: str) -> None:
    block = {"type": "rich_text", "elements": [{"type": kind, "elements": [{"type": "text", "text": X}]}]}
    assert check([block], "message") == []


def test_code_holds_no_mentions() -> None:
    user = {"type": "user", "user_id": "U1"}
    block = {"type": "rich_text", "elements": [{"type": "rich_text_preformatted", "elements": [user]}]}
    assert [problem.pointer for problem in check([block], "message")] == ["/blocks/0/elements/0/elements/0/type"]


def test_a_rich_list_holds_sections_only() -> None:
    item = {"type": "rich_text_section", "elements": [{"type": "text", "text": X}]}
    lists = {"type": "rich_text_list", "style": "bullet", "elements": [item]}
    assert check([{"type": "rich_text", "elements": [lists]}], "message") == []
    wrong = {**lists, "elements": [{"type": "text", "text": X}]}
    assert check([{"type": "rich_text", "elements": [wrong]}], "message")


@pytest.mark.parametrize(("surface", "most"), [("message", 50), ("modal", 100), ("home", 100)])
def test_each_surface_takes_so_many_blocks(surface: Surface, most: int) -> None:
    divider = {"type": "divider"}
    assert check([divider] * most, surface) == []
    assert [problem.rule for problem in check([divider] * (most + 1), surface)] == [
        f"no more than {most} items allowed"
    ]


@pytest.mark.parametrize(
    ("surface", "refused"),
    [("message", set()), ("modal", {"markdown", "table"}), ("home", {"markdown"})],
)
def test_each_surface_refuses_its_blocks(surface: Surface, refused: set[str]) -> None:
    blocks = [
        section(X),
        {"type": "header", "text": plain(X)},
        {"type": "context", "elements": [plain(X)]},
        {"type": "divider"},
        actions(button("B")),
        text_input("L"),
        image(),
        rich({"type": "text", "text": X}),
        table(1, 1),
        {"type": "markdown", "text": X},
    ]
    assert {block["type"] for block in blocks if check([block], surface)} == refused


def test_block_ids_differ_but_action_ids_may_return_in_another_block() -> None:
    first = {**actions(button("A")), "block_id": "1"}
    assert check([first, {**first, "block_id": "2"}], "message") == []
    assert [problem.pointer for problem in check([first, first], "message")] == ["/blocks/1/block_id"]


def test_the_pointer_leads_to_the_fault() -> None:
    blocks = [section(X), actions(button("ok", "1"), button(X * 76, "2"))]
    (problem,) = check(blocks, "message")
    assert str(problem) == "must be less than 76 characters [json-pointer:/blocks/1/elements/1/text/text]"


def test_two_tables_are_refused() -> None:
    assert check([table(1, 1)], "message") == []
    assert check([table(1, 1), table(1, 1)], "message")


def test_markdown_counts_in_all() -> None:
    half: Json = {"type": "markdown", "text": X * 6000}
    assert check([half, half], "message") == []
    assert check([half, half, {"type": "markdown", "text": X}], "message")


def test_one_focus() -> None:
    first, second = text_input("A", focus_on_load=True), text_input("B", focus_on_load=True)
    assert check([first, text_input("B")], "modal") == []
    assert check([first, second], "modal")


def test_the_sum_of_a_message_is_bounded() -> None:
    assert not too_long([section(X * 3000)] * 4)
    assert too_long([section(X * 3000)] * 5)


def test_things_that_are_no_blocks_are_refused_not_fallen_over() -> None:
    nothings: tuple[Any, ...] = (None, "blocks", 7, {}, [None], ["x"], [7], [[]], [{"type": 7}], [{"type": ["a"]}])
    for nonsense in nothings:
        assert check(nonsense, "message")
