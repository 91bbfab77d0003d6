"""The lines of a thread."""

from hypothesis import given, settings

from bot.domain.shown import PublicIssue
from bot.views.thread_lines import ASK_FOR_TEAM, RAISED_LINE, ask_for_team, raised_line
from sandbox.slack import mrkdwn
from sandbox.slack.reading import as_text, links, mentions
from tests.bot.views.typed import as_message, names, public_issues


@given(public_issues)
@settings(max_examples=50)
def test_the_first_line_says_who_raised_the_issue_with_whom(issue: PublicIssue) -> None:
    words = RAISED_LINE.format(customer=issue.customer_name, organization=issue.organization_name)
    view = raised_line(issue)
    message = as_message(view)
    assert as_text(message) == mrkdwn.unescape(view.text) == words
    assert mentions(message) == links(message) == []
    assert not set(view.text) & {"<", ">"}


@given(names)
@settings(max_examples=50)
def test_the_owner_is_asked_for_a_team_by_the_organizations_name(name: str) -> None:
    view = ask_for_team(name)
    message = as_message(view)
    assert as_text(message) == mrkdwn.unescape(view.text) == ASK_FOR_TEAM.format(organization=name)
    assert mentions(message) == links(message) == []
