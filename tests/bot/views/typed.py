"""What people type at its worst, and what a reader of the sandbox's Slack makes of a view."""

import json
from typing import Any

from hypothesis import strategies as st
from slack_sdk.models.views import View

from bot.domain.issues import SLACK_DESCRIPTION_LIMIT, TITLE_LIMIT, Category, IssueRef, Priority, Status
from bot.domain.organizations import NAME_LIMIT
from bot.domain.shown import PublicIssue
from bot.domain.text import can_be_seen, clean, clean_line
from bot.views.issue_message import MessageView
from sandbox.slack.blocks import check, too_long
from sandbox.slack.model import Channel, Message, Team, User
from sandbox.slack.view_table import check_view, view_too_large

# `chat.update` refuses a longer text (reference: Slack, 0.8).
MOST_TEXT = 4_000
HOSTILE = [
    "<!channel>",
    "<!here|nobody>",
    "<@U1>",
    "<@U1|ada>",
    "<#C1|acme-help>",
    "<!subteam^S1>",
    "<http://evil.example|good>",
    "<mailto:a@b.example|x>",
    "http://evil.example/?a=1&b=2",
    "@channel @here @everyone",
    "&lt;!channel&gt;",
    "&amp;amp;",
    "*bold* _italic_ ~struck~ `code`",
    "```fence```",
    ":smile: :no_entry_sign:",
    "{channel} {organization} {0} {} %s",
    "> quote\n- list\n1. list",
    '"quoted" \\ back\\slash',
    "\U0001f600",
    "\U0001f468\u200d\U0001f469\u200d\U0001f467\u200d\U0001f466",
    "\U0002000b",
    "\u202e\u202b\u05e9\u05dc\u05d5\u05dd\u202c",
    "مرحبا",
    "e\u0301\u0301",
    "<",
    '"',
    "\n",
    " ",
]

pieces = st.sampled_from(HOSTILE) | st.text(max_size=20)
# Either pieces side by side, or one of them until nothing more fits.
raw = st.lists(pieces, max_size=12).map("".join) | st.sampled_from(HOSTILE).map(lambda piece: piece * 3_000)
titles = raw.map(lambda text: clean_line(clean_line(text)[:TITLE_LIMIT])).filter(can_be_seen)
descriptions = raw.map(lambda text: clean(clean(text)[:SLACK_DESCRIPTION_LIMIT]))
names = raw.map(lambda text: clean_line(clean_line(text)[:NAME_LIMIT])).filter(can_be_seen)

public_issues = st.builds(
    PublicIssue,
    ref=st.just(IssueRef(1, 1)),
    number=st.just("ISS-2026-0001"),
    title=titles,
    description=descriptions,
    status=st.sampled_from(Status),
    priority=st.sampled_from(Priority),
    category=st.sampled_from(Category).map(str) | names,
    organization_name=names,
    customer_name=names,
    assignee_first_name=st.none() | names,
)

_TEAM = Team("T1", "Acme", "acme")
_BOT = User("UBOT", _TEAM, "threadline", "Threadline", is_bot=True)
_CHANNEL = Channel("C1", "acme-help", _TEAM)


def as_message(view: MessageView) -> Message:
    """Return the message that Slack would hold for this view, which breaks none of Slack's limits."""
    blocks = [block.to_dict() for block in view.blocks]
    assert check(blocks, "message") == []
    assert not too_long(blocks)
    assert 0 < len(view.text) < MOST_TEXT
    sent = json.loads(json.dumps(blocks))
    return Message(_CHANNEL, "1.0", _BOT, view.text, blocks=sent)


def as_payload(view: View | dict[str, Any]) -> dict[str, Any]:
    """Return a modal as it is sent, which breaks none of Slack's limits."""
    payload: dict[str, Any] = json.loads(json.dumps(view if isinstance(view, dict) else view.to_dict()))
    assert check_view(payload, "modal") == []
    assert not view_too_large(payload)
    return payload
