"""A modal is submitted or cancelled, and what Slack does with the app's answer."""

import json
from dataclasses import dataclass, field
from typing import Any

from sandbox.slack import payloads
from sandbox.slack.delivery import Deliveries, Delivery
from sandbox.slack.errors import PersonError, SlackError, WrongAnswerError
from sandbox.slack.forms import TEXT_INPUTS, fields
from sandbox.slack.model import Json, Screen, View
from sandbox.slack.views import clear_views, close_view, push_view, refuse_bad_modal, update_view
from sandbox.slack.world import World

TROUBLE = "We had some trouble connecting. Try again?"


@dataclass(frozen=True)
class SubmitResult:
    """What the person sees after pressing submit.

    Args:
        closed: the view is gone.
        errors: sentences below inputs, by the input's label.
        by_block: the same sentences, by the input's block_id.
        status: HTTP status of the app's answer; 0 when nothing was sent or no answer came.
        seconds: real time until the answer.
        timed_out: no answer within 3 seconds.
        notice: what Slack itself says above the buttons, when the app failed.
        delivery: what was sent; None when the client refused to send.
    """

    closed: bool
    errors: dict[str, str] = field(default_factory=dict)
    by_block: dict[str, str] = field(default_factory=dict)
    status: int = 0
    seconds: float = 0.0
    timed_out: bool = False
    notice: str = ""
    delivery: Delivery | None = None


def client_errors(view: View) -> dict[str, str]:
    """Return what the client says before it sends anything: required inputs, lengths; by block_id."""
    found: dict[str, str] = {}
    for entry in fields(view.blocks):
        state = view.values[entry.key]
        sentence = entry.missing(state)
        if sentence is None and entry.type in TEXT_INPUTS:
            sentence = entry.too_long(state["value"] or "")
        if sentence:
            found[entry.block["block_id"]] = sentence
    return found


async def submit(world: World, deliveries: Deliveries, screen: Screen, view: View, *, anyway: bool) -> SubmitResult:
    """Submit a view and do what the app answers.

    Args:
        world: what is changed.
        deliveries: by which it is sent.
        screen: on which the view lies.
        view: the view.
        anyway: send it although the client would refuse, so that the app's own checks are met.

    Raises:
        WrongAnswerError: Slack does not understand the answer.
    """
    if view.payload.get("submit") is None:
        raise PersonError("this view has no submit button")
    refused = {} if anyway else client_errors(view)
    if refused:
        return SubmitResult(closed=False, errors=_by_label(view, refused), by_block=refused)
    delivery = await deliveries.interaction(view.app, payloads.view_submission(world, screen, view))
    errors = _follow(world, screen, view, delivery) if delivery.ok else {}
    return SubmitResult(
        closed=not view.is_open,
        errors=_by_label(view, errors),
        by_block=errors,
        status=delivery.status,
        seconds=delivery.seconds,
        timed_out=delivery.timed_out,
        notice="" if delivery.ok else TROUBLE,
        delivery=delivery,
    )


def _follow(world: World, screen: Screen, view: View, delivery: Delivery) -> dict[str, str]:
    if not delivery.answer.strip():
        close_view(world, view)
        return {}
    try:
        answer = json.loads(delivery.answer)
    except ValueError:
        raise WrongAnswerError(f"a view_submission was answered with a text: {delivery.answer!r}") from None
    try:
        return _act(world, screen, view, answer)
    except SlackError as error:
        raise WrongAnswerError(f"{error.error} in the answer to a submission: {error.messages}") from error


def _act(world: World, screen: Screen, view: View, answer: Any) -> dict[str, str]:
    action = answer.get("response_action") if isinstance(answer, dict) else None
    match action:
        case "errors":
            return _errors(view, answer.get("errors"))
        case "update":
            refuse_bad_modal(world, view.app, answer.get("view"), view)
            update_view(world, view, answer["view"])
        case "push":
            refuse_bad_modal(world, view.app, answer.get("view"))
            push_view(world, view.app, screen, answer["view"])
        case "clear":
            clear_views(world, screen)
        case _ if answer == {}:
            close_view(world, view)
        case _:
            raise WrongAnswerError(f"unknown answer to a view_submission: {answer}")
    return {}


def _errors(view: View, errors: Any) -> dict[str, str]:
    inputs = [entry.block["block_id"] for entry in fields(view.blocks) if entry.is_input]
    if not isinstance(errors, dict) or not errors:
        raise WrongAnswerError(f"response_action errors needs errors by block_id, not {errors!r}")
    for block_id, sentence in errors.items():
        if block_id not in inputs:
            raise WrongAnswerError(f"an error for {block_id!r}, which is no input block; there are {inputs}")
        if not isinstance(sentence, str) or not sentence:
            raise WrongAnswerError(f"an error without a sentence for {block_id!r}")
    return errors


def _by_label(view: View, errors: dict[str, str]) -> dict[str, str]:
    labels = {entry.block["block_id"]: entry.label for entry in fields(view.blocks)}
    return {labels[block_id]: sentence for block_id, sentence in errors.items()}


async def cancel(world: World, deliveries: Deliveries, screen: Screen, view: View, *, clear: bool) -> None:
    """Close a view, or all of them; the app hears of it when the view asks for ``notify_on_close``."""
    is_cleared = clear or bool(view.payload.get("clear_on_close"))
    payload: Json = payloads.view_closed(screen, view, is_cleared=is_cleared)
    if is_cleared:
        clear_views(world, screen)
    else:
        close_view(world, view)
    if view.payload.get("notify_on_close"):
        await deliveries.interaction(view.app, payload)
