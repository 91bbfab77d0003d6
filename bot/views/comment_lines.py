"""A comment, repeated in a thread for those who are not where it was said.

What customers read is made of a ``PublicComment`` alone.
"""

from collections.abc import Sequence

from slack_sdk.models.blocks import Block, ContextBlock

from bot.domain.conversation import InternalComment, PublicComment
from bot.domain.text import shorten
from bot.views.issue_message import MessageView
from bot.views.words import bold_line, escape, plain, quote

FROM_ORGANIZATION = "{name} from {organization}:"
FROM_CUSTOMER = "{name} added:"
TRIAGE_FROM_CUSTOMER = "{name} (customer):"
TRIAGE_TO_CUSTOMER = "{name} to the customer:"
TRIAGE_INTERNAL = "{name}, internal note:"
# Who wrote it there, in what vendors read.
IN_LINEAR = "{name} in Linear"
FILES = "Files: {names}"
CUT = "This is how it begins: the whole text has {length:,} characters."
# All blocks of a message stay under about 13,000 characters of JSON (reference: Slack, 0.8).
SHOWN_LIMIT = 9_000
_TWO_IN_JSON = frozenset('"\\\n\t')
# The fallback stays under chat.update's 4,000 even if every character has to be escaped.
_FALLBACK_LIMIT = 700


def comment_for_customer(comment: PublicComment) -> MessageView:
    """Return a comment for the customer's thread."""
    if comment.by_customer:
        heading = FROM_CUSTOMER.format(name=comment.author_name)
    else:
        heading = FROM_ORGANIZATION.format(name=comment.author_first_name, organization=comment.organization_name)
    return _message(heading, comment.text, comment.file_names)


def comment_for_triage(comment: PublicComment | InternalComment) -> MessageView:
    """Return a comment for the triage thread."""
    if isinstance(comment, InternalComment):
        heading = TRIAGE_INTERNAL.format(name=_name(comment))
        return _message(heading, comment.internal_text, comment.file_names)
    template = TRIAGE_FROM_CUSTOMER if comment.by_customer else TRIAGE_TO_CUSTOMER
    return _message(template.format(name=_name(comment)), comment.text, comment.file_names)


def _name(comment: PublicComment | InternalComment) -> str:
    return IN_LINEAR.format(name=comment.author_name) if comment.in_linear else comment.author_name


def _message(heading: str, text: str, file_names: Sequence[str]) -> MessageView:
    blocks: list[Block] = [bold_line(heading)]
    if text:
        shown = shorten(text, _fitting(text))
        blocks.append(quote(shown))
        if shown != text:
            blocks.append(ContextBlock(elements=[plain(CUT.format(length=len(text)))]))
    if file_names:
        blocks.append(ContextBlock(elements=[plain(FILES.format(names=shorten(", ".join(file_names), 1_000)))]))
    return MessageView(escape(shorten(f"{heading} {text}".strip(), _FALLBACK_LIMIT)), blocks)


def _fitting(text: str) -> int:
    """Return how many characters of a text fit into a message: a sign or a line's end may take two in JSON."""
    room = SHOWN_LIMIT
    for position, character in enumerate(text):
        room -= 2 if character in _TWO_IN_JSON else 1
        if room < 0:
            return position
    return len(text)
