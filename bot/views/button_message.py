"""The message that is pinned in an intake channel: its button works for people of other companies too."""

from slack_sdk.models.blocks import ActionsBlock, ButtonElement, SectionBlock

from bot.domain.organizations import Visibility
from bot.views import ids
from bot.views.issue_message import MessageView
from bot.views.words import bold_line, escape, plain

HEADING = "Need help from {organization}?"
HOW = "Press the button to raise an issue. {seen}"
SEEN_BY_EVERYONE = "Everyone here can see it."
SEEN_BY_FEW = "Only you and {organization} can see it."
RAISE = "Raise issue"


def button_message(organization_name: str, visibility: Visibility) -> MessageView:
    """Return the message, which says who sees what is raised by its button."""
    seen = SEEN_BY_EVERYONE if visibility is Visibility.SHARED else SEEN_BY_FEW
    heading = HEADING.format(organization=organization_name)
    how = HOW.format(seen=seen.format(organization=organization_name))
    button = ButtonElement(action_id=ids.RAISE_BUTTON, text=plain(RAISE), style="primary")
    return MessageView(
        escape(f"{heading} {how}"),
        [bold_line(heading), SectionBlock(text=plain(how)), ActionsBlock(elements=[button])],
    )
