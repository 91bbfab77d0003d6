"""Somebody's tokens for the HTTP API: listed by how they begin, made, shown once, revoked."""

from collections.abc import Sequence

from slack_sdk.models.blocks import (
    ActionsBlock,
    Block,
    ButtonElement,
    ConfirmObject,
    RichTextBlock,
    RichTextElementParts,
    SectionBlock,
)
from slack_sdk.models.blocks.block_elements import RichTextElement, RichTextPreformattedElement
from slack_sdk.models.views import View

from bot.domain.organizations import Organization
from bot.domain.text import ELLIPSIS
from bot.domain.tokens import StoredToken
from bot.views import ids
from bot.views.forms import organization_input
from bot.views.notes import note_modal
from bot.views.people_words import line, moment, text
from bot.views.words import SEPARATOR, bold_line, plain

TITLE = "Your tokens"
MAKE = "Make a token"
REVOKE = "Revoke"
WHAT_FOR = "A token lets a program do what you may do in one organization, through the HTTP API."
LOOKING_UP = "Your tokens are being looked up."
NO_TOKENS = "You have no tokens."
NEVER_USED = "never used"
OLDER = "You have {count} more, made before these."
NO_ORGANIZATION = "You are not with any organization, so you cannot make one."
REVOKED = "The token is revoked."
REVOKED_ALREADY = "This token was revoked already."
NEW_TOKEN = "Your new token for {organization}"  # noqa: S105 - a sentence
COPY_IT = "Copy it now: it is not shown again."
SEND_IT = "A program sends it with each request:"
HEADER = "Authorization: Token {hint}"
# Two blocks for each: far below the hundred that a view may have.
TOKENS_LIMIT = 30
_DAY = "{date_short_pretty}"


def tokens_modal(
    tokens: Sequence[StoredToken] | None = None,
    organizations: Sequence[Organization] | None = None,
    *,
    said: str = "",
) -> View:
    """Return the list, with the button that makes another.

    Args:
        tokens: the newest first; None: they are not known yet.
        organizations: for which one can be made; none: for no one; None: it is not known yet.
        said: what came of something that was done.
    """
    blocks: list[Block] = [bold_line(said)] if said else []
    blocks.append(SectionBlock(text=plain(WHAT_FOR)))
    if tokens is None:
        blocks.append(SectionBlock(text=plain(LOOKING_UP)))
    elif not tokens:
        blocks.append(SectionBlock(text=plain(NO_TOKENS)))
    for token in (tokens or ())[:TOKENS_LIMIT]:
        blocks += [_facts(token), _revoke(token)]
    if tokens is not None and len(tokens) > TOKENS_LIMIT:
        blocks.append(SectionBlock(text=plain(OLDER.format(count=len(tokens) - TOKENS_LIMIT))))
    if organizations is not None and not organizations:
        blocks.append(SectionBlock(text=plain(NO_ORGANIZATION)))
        return note_modal(blocks, title=TITLE)
    if organizations is not None and len(organizations) > 1:
        blocks.append(organization_input(organizations))
    return View(
        type="modal",
        callback_id=ids.TOKENS_MODAL,
        title=plain(TITLE),
        submit=plain(MAKE),
        close=plain("Close"),
        blocks=blocks,
    )


def made_modal(token: str, organization_name: str) -> View:
    """Return what shows a new token, this once."""
    shown = RichTextPreformattedElement(elements=[RichTextElementParts.Text(text=token)])
    how = RichTextPreformattedElement(
        elements=[RichTextElementParts.Text(text=HEADER.format(hint=f"{token[:8]}{ELLIPSIS}"))]
    )
    blocks: list[Block] = [
        bold_line(NEW_TOKEN.format(organization=organization_name)),
        RichTextBlock(elements=[shown]),
        line(text(COPY_IT, bold=True)),
        line(text(SEND_IT)),
        RichTextBlock(elements=[how]),
    ]
    return note_modal(blocks, title=TITLE)


def _facts(token: StoredToken) -> RichTextBlock:
    parts: list[RichTextElement] = [
        text(f"{token.hint}{ELLIPSIS}", code=True),
        text(f"{SEPARATOR}{token.organization_name}{SEPARATOR}made "),
        moment(token.created_at, _DAY),
        text(SEPARATOR),
    ]
    if token.last_used_at is None:
        parts.append(text(NEVER_USED))
    else:
        parts += [text("last used "), moment(token.last_used_at)]
    return line(*parts)


def _revoke(token: StoredToken) -> ActionsBlock:
    ask = ConfirmObject(
        title=plain("Revoke this token?"),
        text=plain("Whatever uses it stops working at once. It cannot be brought back."),
        confirm=plain(REVOKE),
        deny=plain("Keep it"),
        style="danger",
    )
    button = ButtonElement(
        action_id=ids.REVOKE_TOKEN, text=plain(REVOKE), value=str(token.id), style="danger", confirm=ask
    )
    return ActionsBlock(elements=[button])
