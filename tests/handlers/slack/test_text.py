"""Text as Slack sends it, back to what the person typed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.views.words import escape
from handlers.slack.text import ID_LIMIT, as_typed, is_id, unescape


@pytest.mark.parametrize(
    ("sent", "typed"),
    [
        ("plain", "plain"),
        ("&lt;b&gt; &amp; c", "<b> & c"),
        ("&amp;lt;", "&lt;"),
        ("&amp;gt;", "&gt;"),
        ("&amp;amp;", "&amp;"),
        ("&quot; &#39; &nbsp;", "&quot; &#39; &nbsp;"),
        ("a & b < c > d", "a & b < c > d"),
        ("", ""),
    ],
)
def test_the_three_entities_are_resolved_once(sent: str, typed: str) -> None:
    assert unescape(sent) == typed


@given(st.text())
def test_what_was_escaped_is_read_as_it_was_typed(typed: str) -> None:
    assert unescape(escape(typed)) == typed
    assert as_typed(escape(typed)) == typed


@pytest.mark.parametrize(
    ("sent", "read"),
    [
        ("<@U1|ada> and <@U2>", "@ada and @U2"),
        ("<@U1|@ada>", "@ada"),
        ("<#C1|acme-help> or <#C2|>", "#acme-help or #C2"),
        ("<!here> <!channel|channel> <!everyone|@everyone>", "@here @channel @everyone"),
        ("<!subteam^S1|@support> <!subteam^S1>", "@support @S1"),
        ("<https://a.example>", "https://a.example"),
        ("<https://a.example|https://a.example>", "https://a.example"),
        ("<https://a.example|the page>", "the page (https://a.example)"),
        ("<https://a.example/?a=1&amp;b=2>", "https://a.example/?a=1&b=2"),
        ("<mailto:ada@customer.example|ada@customer.example>", "ada@customer.example"),
        ("<mailto:ada@customer.example|write me>", "write me (mailto:ada@customer.example)"),
        ("<tel:+491234|call>", "call (tel:+491234)"),
        ("1 &lt; 2 and 3 &gt; 2", "1 < 2 and 3 > 2"),
        ("&lt;@U1&gt;", "<@U1>"),
        ("&lt;!channel&gt;", "<!channel>"),
        ("<>", ""),
        ("<|label>", "label ()"),
        ("two\nlines *bold* `code`", "two\nlines *bold* `code`"),
    ],
)
def test_a_message_reads_as_people_read_it(sent: str, read: str) -> None:
    assert as_typed(sent) == read


@pytest.mark.parametrize("value", ["U1", "1795348800.000002", "Ev 1", "x" * ID_LIMIT])
def test_what_is_short_and_plain_can_be_an_id(value: str) -> None:
    assert is_id(value)


@pytest.mark.parametrize(
    "value",
    [None, True, 7, [], ["U1"], {}, "", "x" * (ID_LIMIT + 1), "U1\n", "\x00", "\x7f", "\ud800", "\u00e9", "\u0661"],
    ids=ascii,
)
def test_nothing_else_can(value: object) -> None:
    assert not is_id(value)
