"""Messages as people read them, and what in them mentions or links."""

from typing import Any

import pytest

from sandbox.clock import SettableClock
from sandbox.slack import Channel, Message, Slack, reading
from sandbox.slack.building import Building
from tests.sandbox.slack.office import Json, actions, button, mrkdwn, option, plain, section


def said(text: str = "", *blocks: Json, **more: Any) -> Message:
    slack: Building = Slack(SettableClock())
    team = slack.add_team("A", "a")
    return Message(
        Channel("C1", "c", team), "1.0", slack.add_user(team, "Ann"), text, blocks=list(blocks) or None, **more
    )


def rich(*elements: Json) -> Json:
    return {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": list(elements)}]}


NAMES = {"U1": "Ann Lee", "C1": "support"}
READ: list[tuple[Json, str]] = [
    (section("*as* <typed> &amp;"), "*as* <typed> &amp;"),
    ({"type": "section", "text": mrkdwn("<@U1> in <#C1|x>: a &lt; b")}, "@Ann Lee in #support: a < b"),
    ({"type": "section", "text": mrkdwn("<https://x.example|here> <!here>")}, "here (https://x.example) @here"),
    ({"type": "section", "fields": [plain("a"), mrkdwn("<@U2>")]}, "a\n@U2"),
    ({**section("x"), "accessory": button("Open")}, "x [Open]"),
    (
        {**section("x"), "accessory": {"type": "overflow", "options": [option("A"), option("B")]}},
        "x [⋯ A | B]",
    ),
    ({"type": "header", "text": plain("Title")}, "Title"),
    ({"type": "context", "elements": [mrkdwn("a"), plain("b")]}, "a b"),
    ({"type": "divider"}, "---"),
    (actions(button("Claim"), button("Start", "s")), "[Claim] [Start]"),
    (actions({"type": "static_select", "placeholder": plain("Priority"), "options": []}), "[Priority ▾]"),
    (
        rich(
            {"type": "text", "text": "hi "},
            {"type": "user", "user_id": "U1"},
            {"type": "emoji", "name": "eyes"},
        ),
        "hi @Ann Lee:eyes:",
    ),
    (
        rich(
            {"type": "link", "url": "https://x.example", "text": "x"},
            {"type": "broadcast", "range": "here"},
        ),
        "x (https://x.example)@here",
    ),
    (
        {
            "type": "rich_text",
            "elements": [{"type": "rich_text_quote", "elements": [{"type": "text", "text": "a\nb"}]}],
        },
        "> a\n> b",
    ),
    (
        {"type": "table", "rows": [[{"type": "raw_text", "text": "a"}, {"type": "raw_text", "text": "b"}]]},
        "a | b",
    ),
]


@pytest.mark.parametrize(("block", "text"), READ)
def test_a_block_as_it_is_read(block: Json, text: str) -> None:
    assert reading.block_as_text(block, NAMES) == text


def test_a_rich_list_is_read_with_its_bullets() -> None:
    item = {"type": "rich_text_section", "elements": [{"type": "text", "text": "a"}]}
    block = {
        "type": "rich_text",
        "elements": [{"type": "rich_text_list", "style": "bullet", "indent": 1, "elements": [item, item]}],
    }
    assert reading.block_as_text(block) == "  • a\n  • a"


def test_the_text_is_read_only_where_there_are_no_blocks() -> None:
    assert reading.as_text(said("fallback", section("shown"))) == "shown"
    assert reading.as_text(said("just &lt;text&gt;")) == "just <text>"


MENTIONS: list[tuple[Message, list[str]]] = [
    (said("<!channel> <!here> <!everyone>"), ["!channel", "!here", "!everyone"]),
    (said("<@U1> <@U2|bob> <!subteam^S1|@team>"), ["U1", "U2", "S1"]),
    (said("&lt;!channel&gt; @channel <#C1> <!date^1^{date}|x>"), []),
    (said("@here", link_names=True), ["!here"]),
    (said("@channel", parse="full"), ["!channel"]),
    (said("<!channel>", section("x")), ["!channel"]),
    (said("x", section("<!channel> <@U1>")), []),
    (said("x", {"type": "section", "text": mrkdwn("<@U1>")}), ["U1"]),
    (said("x", {"type": "section", "fields": [mrkdwn("<@U1>")]}), ["U1"]),
    (said("x", {"type": "context", "elements": [mrkdwn("<!here>")]}), ["!here"]),
    (said("x", rich({"type": "text", "text": "<!channel> <@U1>"})), []),
    (said("x", rich({"type": "user", "user_id": "U1"}, {"type": "broadcast", "range": "here"})), ["U1", "!here"]),
    (said("x", {"type": "header", "text": plain("<!channel>")}), []),
    (said("x", attachments=[{"text": "<@U1>", "blocks": [rich({"type": "user", "user_id": "U2"})]}]), ["U1", "U2"]),
]


@pytest.mark.parametrize(("message", "mentioned"), MENTIONS)
def test_what_mentions(message: Message, mentioned: list[str]) -> None:
    assert reading.mentions(message) == mentioned


LINKS: list[tuple[Message, list[str]]] = [
    (
        said("<https://a.example|b> https://c.example/x www.d.example"),
        ["https://a.example", "https://c.example/x", "www.d.example"],
    ),
    (said("&lt;https://a.example|b&gt;"), ["https://a.example"]),
    (said("https://a.example", section("x")), []),
    (said("x", section("https://a.example <https://b.example>")), []),
    (said("x", {"type": "section", "text": mrkdwn("https://a.example")}), ["https://a.example"]),
    (
        said(
            "x", {"type": "section", "text": {**mrkdwn("https://a.example <https://b.example>"), "verbatim": True}}
        ),
        ["https://b.example"],
    ),
    (said("x", rich({"type": "text", "text": "https://a.example"})), []),
    (said("x", rich({"type": "link", "url": "https://a.example"})), ["https://a.example"]),
    (
        said("x", {"type": "markdown", "text": "[a](https://a.example) https://b.example"}),
        ["https://a.example", "https://b.example"],
    ),
    (said("x", actions(button("Go", url="https://a.example"))), []),
]


@pytest.mark.parametrize(("message", "linked"), LINKS)
def test_what_links(message: Message, linked: list[str]) -> None:
    assert reading.links(message) == linked
