"""Words about people and profiles, and lines of them."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from slack_sdk.models.blocks import (
    RichTextBlock,
    RichTextElementParts,
    RichTextListElement,
    RichTextSectionElement,
)
from slack_sdk.models.blocks.block_elements import RichTextElement

from bot.domain.people import Mode, ProfileKind, User

KIND_WORDS = {
    ProfileKind.VENDOR: "vendor",
    ProfileKind.EMPLOYEE: "employee",
    ProfileKind.CUSTOMER: "customer",
}
A_KIND = {
    ProfileKind.VENDOR: "a vendor",
    ProfileKind.EMPLOYEE: "an employee",
    ProfileKind.CUSTOMER: "a customer",
}
MOMENT = "{date_short_pretty} at {time}"
LOOKS_AT = "You look at {organization} as {a_kind}."


def looks_at(mode: Mode) -> str:
    """Return at what somebody looks, in a sentence."""
    return LOOKS_AT.format(organization=mode.organization_name, a_kind=A_KIND[mode.kind])


def listed(words: Iterable[str]) -> str:
    """Return words as they are said: "a, b and c"."""
    *first, last = words
    return f"{', '.join(first)} and {last}" if first else last


def named(user: User) -> str:
    """Return a name, and the e-mail that tells two of one name apart."""
    return f"{user.name} ({user.email})" if user.email else user.name


def text(content: str, *, bold: bool = False, code: bool = False) -> RichTextElementParts.Text:
    """Return text in which Slack reads nothing, as a part of a line."""
    style = RichTextElementParts.TextStyle(bold=bold or None, code=code or None) if bold or code else None
    return RichTextElementParts.Text(text=content, style=style)


def moment(at: datetime, shape: str = MOMENT) -> RichTextElementParts.Date:
    """Return a moment (UTC) as a part of a line: Slack shows it in the reader's own time zone, in this shape."""
    # The fallback is for clients that cannot.
    shown = f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
    return RichTextElementParts.Date(timestamp=int(at.timestamp()), format=shape, fallback=shown)


def line(*parts: RichTextElement) -> RichTextBlock:
    """Return one line of parts."""
    return RichTextBlock(elements=[RichTextSectionElement(elements=list(parts))])


def bullets(rows: Sequence[Sequence[RichTextElement]]) -> RichTextListElement:
    """Return a list, to stand in a rich text block."""
    return RichTextListElement(
        style="bullet", elements=[RichTextSectionElement(elements=list(row)) for row in rows]
    )
