"""Text as Slack sends it, back to what the person typed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.views.words import escape
from handlers.slack.text import as_typed, unescape


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
