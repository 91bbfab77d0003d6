"""Words, and text objects in which Slack reads nothing."""

import pytest
from hypothesis import given, settings

from bot.domain.issues import Category, Priority, Status
from bot.views.words import (
    CATEGORY_WORDS,
    PRIORITY_WORDS,
    STATUS_WORDS,
    bold_line,
    category_word,
    escape,
    line_with_channel,
    quote,
)
from sandbox.slack import mrkdwn
from sandbox.slack.blocks import check
from sandbox.slack.reading import block_as_text
from tests.bot.views.typed import names, raw, titles


def test_every_status_priority_and_category_has_a_word() -> None:
    assert set(STATUS_WORDS) == set(Status)
    assert set(PRIORITY_WORDS) == set(Priority)
    assert set(CATEGORY_WORDS) == set(Category)


def test_a_category_of_the_organizations_own_is_its_own_word() -> None:
    assert category_word("bug") == CATEGORY_WORDS[Category.BUG]
    assert category_word("Rocket fuel") == "Rocket fuel"


@given(raw)
@settings(max_examples=60)
def test_escaped_text_reads_as_typed_and_neither_mentions_nor_links(text: str) -> None:
    escaped = escape(text)
    assert mrkdwn.unescape(escaped) == text
    assert mrkdwn.as_read(escaped, {}) == text
    assert list(mrkdwn.mentions(escaped)) == []
    assert list(mrkdwn.links(escaped, bare=False)) == []


@given(titles)
@settings(max_examples=40)
def test_bold_and_quoted_lines_read_as_typed(text: str) -> None:
    assert block_as_text(bold_line(text).to_dict()) == text
    assert block_as_text(quote(text).to_dict()) == f"> {text}"


@pytest.mark.parametrize(
    ("template", "channel", "prefix", "shown"),
    [
        ("Follow it in {channel}.", "C1", "", "Follow it in #C1."),
        ("Follow it in {channel}", "C1", "", "Follow it in #C1"),
        ("Nobody else sees it.", None, "", "Nobody else sees it."),
        ("Everyone in {channel} can.", "C1", "To {channel}. ", "To {channel}. Everyone in #C1 can."),
    ],
)
def test_a_line_with_a_channel(template: str, channel: str | None, prefix: str, shown: str) -> None:
    block = line_with_channel(template, channel, prefix=prefix).to_dict()
    assert check([block], "message") == []
    assert block_as_text(block) == shown


@given(names)
@settings(max_examples=40)
def test_a_name_before_a_channel_is_never_taken_for_the_channel(name: str) -> None:
    block = line_with_channel("in {channel}.", "C1", prefix=name).to_dict()
    assert block_as_text(block) == f"{name}in #C1."
