"""A comment as it stands in Linear: who said it, to whom, and what, shown as it was typed."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.domain.conversation import InternalComment, PublicComment
from bot.views.linear_markdown import escape_markdown

BY_CUSTOMER = "**{name}** (customer)"
TO_CUSTOMER = "**{name}** to the customer"
INTERNAL_NOTE = "**Internal note** by {name}"
# Where Linear itself says by whom.
JUST_INTERNAL = "**Internal note**"
WITHHELD = "**Internal note**, kept in Slack while Linear repeats this issue elsewhere"
# Who writes there for somebody is one application; the name says for whom.
CUSTOMERS_NAME = "{name} (customer)"
# Where the Linear issue is followed by several: whose conversation it is.
OF_ONE = "{heading} in {number}"
JUST_OF_ONE = "In {number}"
FILES = "Files: {files}"


@dataclass(frozen=True)
class LinearFile:
    """A file of a comment. ``url``: where Linear keeps it; None: it does not (yet)."""

    name: str
    url: str | None


def comment_for_linear(
    comment: PublicComment | InternalComment,
    files: Sequence[LinearFile],
    *,
    is_app: bool,
    number: str | None = None,
) -> str:
    """Return a comment as Markdown.

    Args:
        comment: what was said.
        files: what was given with it.
        is_app: Linear shows the author's name itself (``createAsUser``).
        number: of the issue under which it was said, where several follow the Linear issue.
    """
    text = comment.internal_text if isinstance(comment, InternalComment) else comment.text
    parts = [_of_one(_heading(comment, is_app=is_app), number), escape_markdown(text), _files(files)]
    return "\n\n".join(part for part in parts if part)


def author_for_linear(comment: PublicComment | InternalComment) -> str:
    """Return the name under which an application writes a comment."""
    if isinstance(comment, PublicComment) and comment.by_customer:
        return CUSTOMERS_NAME.format(name=comment.author_name)
    return comment.author_name


def _heading(comment: PublicComment | InternalComment, *, is_app: bool) -> str:
    name = escape_markdown(comment.author_name)
    if isinstance(comment, InternalComment):
        return JUST_INTERNAL if is_app else INTERNAL_NOTE.format(name=name)
    if is_app:
        return ""
    return (BY_CUSTOMER if comment.by_customer else TO_CUSTOMER).format(name=name)


def _of_one(heading: str, number: str | None) -> str:
    if number is None:
        return heading
    return OF_ONE.format(heading=heading, number=number) if heading else JUST_OF_ONE.format(number=number)


def _files(files: Sequence[LinearFile]) -> str:
    if not files:
        return ""
    named = [escape_markdown(file.name) if file.url is None else _link(file.name, file.url) for file in files]
    return FILES.format(files=", ".join(named))


def _link(name: str, url: str) -> str:
    # Linear's own address, which holds no angle bracket.
    return f"[{escape_markdown(name)}](<{url}>)"
