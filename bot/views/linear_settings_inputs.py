"""What of an organization's settings is about Linear: the exchange, titles, and its own states."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from slack_sdk.models.blocks import Block, InputBlock, RadioButtonsElement, SectionBlock, StaticSelectElement

from bot.domain.issues import Status
from bot.domain.linear_state import may_stand_for
from bot.domain.linear_team import LinearState
from bot.domain.organizations import LinearSettings
from bot.views import ids
from bot.views.forms import MOST_OPTIONS, chosen_in, option
from bot.views.words import STATUS_WORDS, plain

EXCHANGE = "Exchange with Linear"
EXCHANGE_WORDS = {
    "on": ("On", "Both sides follow each other"),
    "paused": ("Paused", "Nothing is sent or taken over; it is caught up later"),
}
TITLES = "Titles that are changed in Linear"
TITLES_WORDS = {
    "here": ("Stay in Linear", "Engineers' headings may be internal: customers read titles"),
    "taken": ("Are taken over", "Customers see them"),
}
STATE = "“{status}” in Linear is"
FIRST_OF_ITS_KIND = "The first of its kind"
FIRST = "first"
NO_STATES = "Its states in Linear can be chosen here as soon as it has a Linear team."


@dataclass(frozen=True)
class ChosenLinear:
    """What was chosen about Linear. Every part is None where the form did not ask."""

    paused: bool | None
    takes_titles: bool | None
    states: Mapping[Status, str] | None


def linear_inputs(organization_id: int, settings: LinearSettings, states: Sequence[LinearState]) -> list[Block]:
    """Return the inputs, with what is set; ``states`` are the team's."""
    exchange = "paused" if settings.paused else "on"
    titles = "taken" if settings.takes_titles else "here"
    blocks: list[Block] = [
        _radio(f"{ids.LINEAR_EXCHANGE_BLOCK}:{organization_id}", EXCHANGE, EXCHANGE_WORDS, exchange),
        _radio(f"{ids.LINEAR_TITLES_BLOCK}:{organization_id}", TITLES, TITLES_WORDS, titles),
    ]
    if not states:
        return [*blocks, SectionBlock(text=plain(NO_STATES))]
    return [*blocks, *(_state(organization_id, status, settings, states) for status in Status)]


def linear_lines(settings: LinearSettings, states: Sequence[LinearState]) -> list[str]:
    """Return what is set, in sentences."""
    names = {state.id: state.name for state in states}
    exchange = EXCHANGE_WORDS["paused" if settings.paused else "on"]
    titles = TITLES_WORDS["taken" if settings.takes_titles else "here"]
    chosen = [
        f"{STATE.format(status=STATUS_WORDS[status])}: {names[state_id]}"
        for status, state_id in settings.states.items()
        if state_id in names
    ]
    return [f"{EXCHANGE}: {exchange[0]}. {exchange[1]}.", f"{TITLES}: {titles[0]}.", *chosen]


def read_linear_submission(view: Mapping[str, Any]) -> ChosenLinear:
    """Return what was chosen about Linear.

    Raises:
        KeyError, TypeError, ValueError, AttributeError: this is not our form.
    """
    exchange, titles = chosen_in(view, ids.LINEAR_EXCHANGE_BLOCK), chosen_in(view, ids.LINEAR_TITLES_BLOCK)
    asked = {status: chosen_in(view, _block(status)) for status in Status}
    states = {status: chosen for status, chosen in asked.items() if chosen not in {None, FIRST}}
    return ChosenLinear(
        paused=None if exchange is None else exchange == "paused",
        takes_titles=None if titles is None else titles == "taken",
        states=None if set(asked.values()) == {None} else {status: str(one) for status, one in states.items()},
    )


def _block(status: Status) -> str:
    return f"{ids.LINEAR_STATE_BLOCK}_{status}"


def _radio(block_id: str, label: str, words: Mapping[str, tuple[str, str]], chosen: str) -> InputBlock:
    options = {value: option(value, *said) for value, said in words.items()}
    return InputBlock(
        block_id=block_id,
        label=plain(label),
        element=RadioButtonsElement(
            action_id=ids.VALUE, options=list(options.values()), initial_option=options[chosen]
        ),
    )


def _state(
    organization_id: int, status: Status, settings: LinearSettings, states: Sequence[LinearState]
) -> InputBlock:
    fitting = sorted(
        (state for state in states if may_stand_for(status, state)), key=lambda one: (one.position, one.id)
    )
    options = {FIRST: option(FIRST, FIRST_OF_ITS_KIND)}
    options |= {state.id: option(state.id, state.name) for state in fitting[: MOST_OPTIONS - 1]}
    return InputBlock(
        block_id=f"{_block(status)}:{organization_id}",
        label=plain(STATE.format(status=STATUS_WORDS[status])),
        element=StaticSelectElement(
            action_id=ids.VALUE,
            options=list(options.values()),
            initial_option=options.get(settings.states.get(status, FIRST), options[FIRST]),
        ),
    )
