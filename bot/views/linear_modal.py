"""How it stands between an organization and Linear, and what its owner can do about it. A key is never shown."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from slack_sdk.models.blocks import (
    ActionsBlock,
    Block,
    ButtonElement,
    ConfirmObject,
    InputBlock,
    PlainTextInputElement,
    SectionBlock,
    StaticSelectElement,
)
from slack_sdk.models.views import View

from bot.domain.linear_connection import ConnectionKind, LinearAccount
from bot.domain.linear_team import LinearTeam
from bot.domain.organizations import Organization
from bot.domain.text import shorten
from bot.views import ids
from bot.views.forms import MOST_OPTIONS, chosen_in, option, organization_in, organization_input, state_in, typed_in
from bot.views.notes import note_modal
from bot.views.people_words import line, moment, text
from bot.views.words import bold_line, plain

TITLE = "Linear"
LOOKING_UP = "One moment: Linear is being asked. If nothing else comes, close this and try again."
BY_KEY = "Connected with {organization} in Linear, with the API key of {actor}."
BY_APP = "Connected with {organization} in Linear, as the app {actor}."
BY_SETTINGS = "Connected by whoever runs Threadline. A connection of your own takes its place."
WAS_BY_KEY = "It was connected with {organization} in Linear, with the API key of {actor}."
WAS_BY_APP = "It was connected with {organization} in Linear, as the app {actor}."
NOT_CONNECTED = "Not connected: your issues live in Slack alone."
DISCONNECTED = "Linear is disconnected: it does not let me in any more. Nothing is lost: give me a new key below."
TEAM = "Issues go to the team {team}."
NO_TEAM = "There is no team for your issues yet. I am looking for one; or choose one below."
WEBHOOK = "Changes in Linear reach me at once if it has a webhook (Settings, API) with this address:"
WEBHOOK_LAST = "It told me something "
WEBHOOK_NEVER = "It has not told me anything yet; I ask every ten minutes all the same."
NO_SECRET = "I take nothing from it before you give me its signing secret below."  # noqa: S105 - a sentence
NOTHING_WAITS = "Nothing waits for Linear."
ONE_WAITS = "1 update waits for Linear."
MANY_WAIT = "{count} updates wait for Linear."
KEY = "API key"
KEY_HINT = "From Linear, Settings, Security & access. It is stored encrypted, and never shown again."
WEBHOOK_SECRET = "Webhook signing secret"  # noqa: S105 - a label
WEBHOOK_SECRET_HINT = "Of that webhook in Linear. While you change it: both, with a comma between."  # noqa: S105
WEBHOOK_SECRET_KEPT = "One is stored. Leave this empty to keep it."  # noqa: S105
WEBHOOK_SECRET_LENGTH = "Use from 8 to 400 characters."  # noqa: S105
LINEAR_TEAM = "Linear team"
INSTALL = "Connect as an app"
DISCONNECT = "Disconnect"
SAVE = "Save"
SAVED = "Saved."
ENDED = "Disconnected from Linear."
ENDED_ALREADY = "There was no connection any more."
KEY_LIMIT, SECRET_SHORTEST, SECRET_LIMIT = 400, 8, 400
# Linear's names may be longer than anybody reads. A team's is an option, with its key behind it.
NAME_SHOWN, TEAM_SHOWN = 200, 60


@dataclass(frozen=True, kw_only=True)
class LinearForm:
    """What the form shows.

    Args:
        organization: whose.
        choices: the organizations that can be administered.
        kind: of its own connection; None: it has none.
        account: whom the connection speaks for.
        environment: whether the settings have a credential.
        refused: whether Linear does not let us in.
        team: its team; None: it has none yet.
        teams: those that can be chosen, its own among them; none where they are not known.
        webhook: where its webhook goes.
        has_secret: whether its webhooks can be proven.
        told_at: when Linear told something last (UTC).
        waiting: how many deliveries wait.
        install: where one begins to consent to our app; None: that is not possible.
        turn: how often something was stored by it: each time its inputs begin anew.
    """

    organization: Organization
    choices: Sequence[Organization]
    kind: ConnectionKind | None
    account: LinearAccount | None
    environment: bool
    refused: bool
    team: LinearTeam | None
    teams: Sequence[LinearTeam]
    webhook: str
    has_secret: bool
    told_at: datetime | None
    waiting: int
    install: str | None = field(repr=False)
    turn: int = 0


@dataclass(frozen=True, kw_only=True)
class LinearSubmission:
    """What was filled in; "" and None where nothing was. ``shown_id``: the organization that the form was about."""

    shown_id: int
    turn: int
    organization_id: int
    key: str = field(repr=False)
    webhook_secret: str = field(repr=False)
    team_id: str | None


def opening_linear_modal() -> View:
    """Return what stands there until it is known how it stands."""
    return note_modal([SectionBlock(text=plain(LOOKING_UP))], title=TITLE)


def linear_modal(form: LinearForm, *, said: str = "") -> View:
    """Return the form; ``said`` is what came of something that was done."""
    blocks: list[Block] = [bold_line(said)] if said else []
    if len(form.choices) > 1:
        chosen_id = form.organization.id
        blocks.append(organization_input(form.choices, chosen_id=chosen_id, tells=ids.LINEAR_ORGANIZATION))
    else:
        blocks.append(bold_line(form.organization.name))
    blocks += [SectionBlock(text=plain(sentence)) for sentence in _standing(form)]
    if form.kind is not None:
        blocks += _webhook(form)
    blocks += _inputs(form)
    if buttons := _buttons(form):
        blocks.append(ActionsBlock(elements=buttons))
    return View(
        type="modal",
        callback_id=ids.LINEAR_MODAL,
        title=plain(TITLE),
        submit=plain(SAVE),
        close=plain("Close"),
        private_metadata=json.dumps({"organization": form.organization.id, "turn": form.turn}),
        blocks=blocks,
    )


def linear_block(block: str, organization_id: int, turn: int) -> str:
    """Return the id of an input, which Slack keeps what was typed by.

    Neither another organization's input nor, once it is stored, a key must stay in it.
    """
    return f"{block}:{organization_id}:{turn}"


def read_linear_organization(view: Mapping[str, Any]) -> tuple[int, int]:
    """Return the organization that a form is about, and its turn; raises as ``read_linear_submission``."""
    held = json.loads(view["private_metadata"])
    return int(held["organization"]), int(held["turn"])


def read_linear_submission(view: Mapping[str, Any]) -> LinearSubmission:
    """Return what was filled in.

    Raises:
        KeyError, TypeError, ValueError, AttributeError: this is not our form.
    """
    shown_id, turn = read_linear_organization(view)
    chosen = organization_in(view)
    has_secret = state_in(view, ids.LINEAR_SECRET_BLOCK) is not None
    return LinearSubmission(
        shown_id=shown_id,
        turn=turn,
        organization_id=shown_id if chosen is None else chosen,
        key=typed_in(view, ids.LINEAR_KEY_BLOCK).strip(),
        webhook_secret=typed_in(view, ids.LINEAR_SECRET_BLOCK).strip() if has_secret else "",
        team_id=chosen_in(view, ids.LINEAR_TEAM_BLOCK),
    )


def _standing(form: LinearForm) -> list[str]:
    sentences = []
    if form.refused and (form.account is not None or form.environment):
        sentences.append(DISCONNECTED)
    if form.account is not None or not sentences:
        sentences.append(_connected(form))
    if form.kind is not None or form.environment:
        sentences.append(NO_TEAM if form.team is None else TEAM.format(team=_named(form.team)))
    if form.waiting:
        sentences.append(ONE_WAITS if form.waiting == 1 else MANY_WAIT.format(count=form.waiting))
    elif form.kind is not None or form.environment:
        sentences.append(NOTHING_WAITS)
    return sentences


def _connected(form: LinearForm) -> str:
    if form.account is None:
        return BY_SETTINGS if form.environment else NOT_CONNECTED
    by_key, by_app = (WAS_BY_KEY, WAS_BY_APP) if form.refused else (BY_KEY, BY_APP)
    template = by_key if form.kind is ConnectionKind.API_KEY else by_app
    organization, actor = (
        shorten(name, NAME_SHOWN) for name in (form.account.organization_name, form.account.actor_name)
    )
    return template.format(organization=organization, actor=actor)


def _webhook(form: LinearForm) -> list[Block]:
    blocks: list[Block] = [line(text(f"{WEBHOOK} "), text(form.webhook, code=True))]
    if not form.has_secret:
        blocks.append(line(text(NO_SECRET)))
    elif form.told_at is None:
        blocks.append(line(text(WEBHOOK_NEVER)))
    else:
        blocks.append(line(text(WEBHOOK_LAST), moment(form.told_at), text(".")))
    return blocks


def _inputs(form: LinearForm) -> list[Block]:
    key = PlainTextInputElement(action_id=ids.VALUE, max_length=KEY_LIMIT, placeholder=plain("lin_api_..."))
    inputs: list[Block] = [_input(form, ids.LINEAR_KEY_BLOCK, KEY, KEY_HINT, key)]
    if form.kind is not None:
        hint = f"{WEBHOOK_SECRET_HINT} {WEBHOOK_SECRET_KEPT}" if form.has_secret else WEBHOOK_SECRET_HINT
        secret = PlainTextInputElement(
            action_id=ids.VALUE, max_length=SECRET_LIMIT, placeholder=plain("lin_wh_...")
        )
        inputs.append(_input(form, ids.LINEAR_SECRET_BLOCK, WEBHOOK_SECRET, hint, secret))
    if form.teams:
        inputs.append(_team_input(form))
    return inputs


def _input(form: LinearForm, block: str, label: str, hint: str, element: PlainTextInputElement) -> InputBlock:
    block_id = linear_block(block, form.organization.id, form.turn)
    return InputBlock(block_id=block_id, label=plain(label), hint=plain(hint), optional=True, element=element)


def _team_input(form: LinearForm) -> InputBlock:
    options = {team.id: option(team.id, _named(team)) for team in form.teams[:MOST_OPTIONS]}
    return InputBlock(
        block_id=linear_block(ids.LINEAR_TEAM_BLOCK, form.organization.id, form.turn),
        label=plain(LINEAR_TEAM),
        optional=True,
        element=StaticSelectElement(
            action_id=ids.VALUE,
            options=list(options.values()),
            initial_option=None if form.team is None else options.get(form.team.id),
            placeholder=plain("Choose one"),
        ),
    )


def _buttons(form: LinearForm) -> list[ButtonElement]:
    buttons = []
    if form.install is not None:
        buttons.append(ButtonElement(action_id=ids.LINEAR_INSTALL, text=plain(INSTALL), url=form.install))
    if form.kind is not None:
        ask = ConfirmObject(
            title=plain("Disconnect from Linear?"),
            text=plain("Issues stay as they are, here and there. What happens from now on is not told to Linear."),
            confirm=plain(DISCONNECT),
            deny=plain("Stay connected"),
            style="danger",
        )
        value = str(form.organization.id)
        button = ButtonElement(
            action_id=ids.LINEAR_DISCONNECT, text=plain(DISCONNECT), value=value, style="danger", confirm=ask
        )
        buttons.append(button)
    return buttons


def _named(team: LinearTeam) -> str:
    return f"{shorten(team.name, TEAM_SHOWN)} ({team.key})"
