"""Words and text objects that several views share; whatever a person typed becomes text and nothing else."""

from slack_sdk.models.blocks import PlainTextObject, RichTextBlock, RichTextElementParts, RichTextSectionElement
from slack_sdk.models.blocks.block_elements import RichTextElement, RichTextQuoteElement

from bot.domain.issues import Category, Priority, Status

STATUS_WORDS = {
    Status.OPEN: "Open",
    Status.IN_PROGRESS: "In progress",
    Status.RESOLVED: "Resolved",
    Status.CLOSED: "Closed",
}
PRIORITY_WORDS = {
    Priority.LOW: "Low",
    Priority.MEDIUM: "Medium",
    Priority.HIGH: "High",
    Priority.URGENT: "Urgent",
}
CATEGORY_WORDS = {
    Category.GENERAL: "General",
    Category.BUG: "Bug",
    Category.FEATURE: "Feature",
    Category.BILLING: "Billing",
    Category.ACCOUNT: "Account",
}
SEPARATOR = " · "


def category_word(category: str) -> str:
    """Return the word for a category; an organization's own is its own word."""
    return CATEGORY_WORDS[Category(category)] if category in set(Category) else category


def escape(text: str) -> str:
    """Return text for a message's fallback, where Slack reads ``<...>``: nothing in it mentions or links.

    ``&`` first, as the others become entities (Slack's documentation, "Formatting text for app surfaces").
    """
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def plain(text: str) -> PlainTextObject:
    """Return text in which Slack reads nothing: no mention, no link, no emoji code."""
    return PlainTextObject(text=text, emoji=False)


def bold_line(text: str) -> RichTextBlock:
    """Return one bold line of text in which Slack reads nothing."""
    part = RichTextElementParts.Text(text=text, style=RichTextElementParts.TextStyle(bold=True))
    return RichTextBlock(elements=[RichTextSectionElement(elements=[part])])


def quote(text: str) -> RichTextBlock:
    """Return text set apart as a quotation, in which Slack reads nothing."""
    return RichTextBlock(elements=[RichTextQuoteElement(elements=[RichTextElementParts.Text(text=text)])])


def line_with_channel(
    template: str, channel_id: str | None, *, prefix: str = "", block_id: str | None = None
) -> RichTextBlock:
    """Return one line in which Slack shows the channel's name, and links it, where ``{channel}`` stands.

    ``prefix`` stands first, as it is: a name in it may look like anything.
    """
    before, _, after = template.partition("{channel}")
    parts: list[RichTextElement] = []
    if prefix + before:
        # Slack refuses a text element that is empty.
        parts.append(RichTextElementParts.Text(text=prefix + before))
    if channel_id is not None:
        parts.append(RichTextElementParts.Channel(channel_id=channel_id))
    if after:
        parts.append(RichTextElementParts.Text(text=after))
    return RichTextBlock(block_id=block_id, elements=[RichTextSectionElement(elements=parts)])
