"""The modal in which an issue is raised, what it says afterwards, and how it is read back."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from slack_sdk.models.blocks import Block
from slack_sdk.models.views import View

from bot.domain.issues import Draft, Field, Problem
from bot.domain.organizations import ChannelAddress, Organization
from bot.domain.people import SlackAccount
from bot.domain.places import Place
from bot.views import ids
from bot.views.notes import note_modal
from bot.views.raise_inputs import (
    Customer,
    Customers,
    category_input,
    customer_input,
    description_input,
    files_input,
    linear_input,
    organization_input,
    priority_input,
    title_input,
)
from bot.views.words import bold_line, line_with_channel, plain

MODAL_TITLE = "Raise issue"
GOES_TO = "This goes to {organization}. "
SEEN_IN_CHANNEL = "Everyone in {channel} can see it."
SEEN_IN_PRIVATE = "Nobody else here can see it."
SEEN_BY_CUSTOMER = "Apart from {organization}'s team, only the customer can see it."
RAISED = "{number} is raised"
FOLLOW_IN_CHANNEL = "Follow it in {channel}."
FOLLOW_IN_PRIVATE = "Follow it in your direct message with this app."
FOLLOWED_BY_CUSTOMER = "{customer} can follow it in a direct message with this app."
SUBMIT = "Raise"

_BLOCK_OF = {
    Field.TITLE: ids.TITLE_BLOCK,
    Field.DESCRIPTION: ids.DESCRIPTION_BLOCK,
    Field.PRIORITY: ids.PRIORITY_BLOCK,
    Field.CATEGORY: ids.CATEGORY_BLOCK,
    Field.ORGANIZATION: ids.ORGANIZATION_BLOCK,
}


@dataclass(frozen=True)
class Source:
    """The message from which a form was opened.

    Args:
        ts: of the message.
        author: who wrote it; None: an app, or whoever opened the form.
        url: its address, once that is known.
    """

    ts: str
    author: SlackAccount | None
    url: str | None = None


@dataclass(frozen=True)
class ModalOrigin:
    """What the modal must know when it is submitted.

    ``channel`` is where it was opened, if in a channel; ``private`` that the person was told that nobody else in
    the channel sees the issue, which stays true even if the channel's link is changed meanwhile; ``source`` the
    message in that channel from which it was opened.
    """

    channel: ChannelAddress | None
    private: bool = False
    source: Source | None = None

    @property
    def author(self) -> SlackAccount | None:
        """Who wrote the message, where that may be a customer."""
        return None if self.source is None else self.source.author


@dataclass(frozen=True)
class Submission:
    """What a submitted modal says: the draft as it was typed; organization and customer if there was a choice.

    ``files`` is what Slack tells of the files that were given, as it is; ``linear`` is the Linear issue as typed.
    """

    draft: Draft
    organization_id: int | None
    origin: ModalOrigin
    customer: Customer | None = None
    files: Sequence[Mapping[str, Any]] = ()
    linear: str = ""


def raise_modal(
    draft: Draft,
    origin: ModalOrigin,
    *,
    note: str | None = None,
    choices: Sequence[Organization] = (),
    customers: Customers | None = None,
    organization: Organization | None = None,
    in_channel: str | None = None,
    links_linear: bool = False,
) -> View:
    """Return the form.

    Args:
        draft: what it begins with.
        origin: kept in the form for its submission.
        note: said under the title, about what the form begins with.
        choices: the organizations to choose from; none: there is no choice, or it is not known yet.
        customers: for whom it may be; None: for nobody but the person, or it is not known yet.
        organization: who gets the issue, once that is known and there is no choice.
        in_channel: the id of the channel that will show it; None: the customer's direct message will.
        links_linear: the person may let it follow an issue that is in Linear already.
    """
    blocks: list[Block] = []
    if choices:
        blocks.append(organization_input(choices))
    blocks += [title_input(draft, note), description_input(draft)]
    if customers is not None:
        # Below what the person may be typing in already: nothing moves under their hands.
        blocks.append(customer_input(customers))
    blocks += [priority_input(draft), category_input(draft), files_input()]
    if links_linear:
        blocks.append(linear_input())
    if organization is not None:
        blocks.append(_audience(organization, in_channel, for_other=customers is not None))
    return View(
        type="modal",
        callback_id=ids.RAISE_MODAL,
        title=plain(MODAL_TITLE),
        submit=plain(SUBMIT),
        close=plain("Cancel"),
        private_metadata=_write_origin(origin),
        blocks=blocks,
    )


def raised_modal(number: str, place: Place, *, customer_name: str | None = None) -> dict[str, Any]:
    """Return the view that the person reads once the issue is stored.

    ``customer_name``: for whom it was raised; None: for the person.
    """
    where = place.where
    channel_id = None if isinstance(where, SlackAccount) else where.channel_id
    shape = _raised_shape(channel_id, customer_name)
    head, *rest = shape["blocks"]
    return {**shape, "blocks": [_with_text(head, RAISED.format(number=number)), *rest]}


@lru_cache(maxsize=1024)
def _raised_shape(channel_id: str | None, customer_name: str | None) -> dict[str, Any]:
    """Return the view for any number. Building and checking it takes longer than storing the issue."""
    if channel_id is not None:
        line = line_with_channel(FOLLOW_IN_CHANNEL, channel_id)
    elif customer_name is None:
        line = line_with_channel(FOLLOW_IN_PRIVATE, None)
    else:
        line = line_with_channel("", None, prefix=FOLLOWED_BY_CUSTOMER.format(customer=customer_name))
    return note_modal([bold_line(RAISED), line], title=MODAL_TITLE).to_dict()


def _with_text(line: Mapping[str, Any], text: str) -> dict[str, Any]:
    """Return a line that has one piece of text with another one; the given line stays as it is."""
    (section,) = line["elements"]
    (piece,) = section["elements"]
    return {**line, "elements": [{**section, "elements": [{**piece, "text": text}]}]}


def inline_errors(problems: Sequence[Problem]) -> dict[str, str]:
    """Return problems as the inline errors of a submission: one for each block, as Slack shows one."""
    errors: dict[str, str] = {}
    for problem in problems:
        errors.setdefault(_BLOCK_OF[problem.field], problem.sentence)
    return errors


def read_submission(view: Mapping[str, Any]) -> Submission:
    """Return what a submitted modal says.

    Raises:
        KeyError, TypeError, ValueError: this is not our modal's form.
    """
    values = view["state"]["values"]
    organization = _selected(values, ids.ORGANIZATION_BLOCK)
    draft = Draft(
        title=_typed(values, ids.TITLE_BLOCK),
        description=_typed(values, ids.DESCRIPTION_BLOCK),
        priority=_selected(values, ids.PRIORITY_BLOCK) or "",
        category=_selected(values, ids.CATEGORY_BLOCK) or "",
    )
    chosen = None if organization is None else int(organization)
    customer = _selected(values, ids.CUSTOMER_BLOCK)
    origin = _read_origin(view["private_metadata"])
    return Submission(
        draft=draft,
        organization_id=chosen,
        origin=origin,
        customer=None if customer is None else Customer(customer),
        files=_given(values),
        linear=_typed(values, ids.LINEAR_BLOCK) if ids.LINEAR_BLOCK in values else "",
    )


def _typed(values: Mapping[str, Any], block: str) -> str:
    value = values[block][ids.VALUE]["value"]
    if value is not None and not isinstance(value, str):
        raise TypeError(block)
    return value or ""


def _given(values: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    # A form that was opened by an older version asks for none.
    held = dict(values[ids.FILES_BLOCK][ids.VALUE]) if ids.FILES_BLOCK in values else {}
    return tuple(held.get("files") or ())


def _selected(values: Mapping[str, Any], block: str) -> str | None:
    if block not in values:
        return None
    option = values[block][ids.VALUE]["selected_option"]
    return None if option is None else str(option["value"])


def _write_origin(origin: ModalOrigin) -> str:
    channel, source = origin.channel, origin.source
    if channel is None:
        return json.dumps({})
    kept: dict[str, Any] = {"team": channel.team_id, "channel": channel.channel_id, "private": origin.private}
    if source is not None:
        author = source.author and [source.author.team_id, source.author.user_id]
        kept["source"] = {"ts": source.ts, "author": author, "url": source.url}
    return json.dumps(kept)


def _read_origin(metadata: str) -> ModalOrigin:
    kept = json.loads(metadata)
    if not kept:
        return ModalOrigin(None)
    channel = ChannelAddress(kept["team"], kept["channel"])
    return ModalOrigin(channel, private=bool(kept["private"]), source=_read_source(kept.get("source")))


def _read_source(kept: Mapping[str, Any] | None) -> Source | None:
    if kept is None:
        return None
    author = None if kept["author"] is None else SlackAccount(*kept["author"])
    return Source(ts=kept["ts"], author=author, url=kept["url"])


def _audience(organization: Organization, in_channel: str | None, *, for_other: bool) -> Block:
    prefix = GOES_TO.format(organization=organization.name)
    if in_channel is None and for_other:
        prefix += SEEN_BY_CUSTOMER.format(organization=organization.name)
        return line_with_channel("", None, prefix=prefix, block_id=ids.AUDIENCE_BLOCK)
    seen = SEEN_IN_PRIVATE if in_channel is None else SEEN_IN_CHANNEL
    return line_with_channel(seen, in_channel, prefix=prefix, block_id=ids.AUDIENCE_BLOCK)
