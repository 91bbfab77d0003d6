"""The life of views: opened by a trigger, pushed, updated, closed; and the Home of each person."""

from sandbox.slack.errors import SlackError
from sandbox.slack.forms import fields, states
from sandbox.slack.methods.method import need
from sandbox.slack.model import App, Json, Screen, User, View
from sandbox.slack.records import Trigger
from sandbox.slack.view_table import check_view, view_too_large
from sandbox.slack.world import World

TRIGGER_SECONDS = 3.0
MAX_STACK = 3


def use_trigger(world: World, app: App, trigger_id: str) -> Trigger:
    """Return the trigger and use it up.

    Raises:
        SlackError: ``invalid_trigger_id`` (unknown, or another app's), ``expired_trigger_id`` (3 s after the
            person's act), ``exchanged_trigger_id`` (used before).
    """
    trigger = world.triggers.get(trigger_id)
    if trigger is None or trigger.app is not app:
        raise SlackError("invalid_trigger_id")
    if trigger.exchanged:
        raise SlackError("exchanged_trigger_id")
    if world.clock.now() - trigger.made_at > TRIGGER_SECONDS:
        raise SlackError("expired_trigger_id")
    trigger.exchanged = True
    return trigger


def refuse_bad_modal(world: World, app: App, payload: Json, replaced: View | None = None) -> None:
    """Hold a modal to Slack's limits.

    Args:
        world: its open views must not have the same ``external_id``.
        app: whose view it is.
        payload: the view as the app sent it.
        replaced: the view that it takes the place of.

    Raises:
        SlackError: ``invalid_arguments`` with messages, ``view_too_large``, ``duplicate_external_id``,
            ``missing_scope`` (a file input needs ``files:read``).
    """
    problems = check_view(payload, "modal")
    if problems:
        raise SlackError("invalid_arguments", *[f"[ERROR] {problem}" for problem in problems])
    if view_too_large(payload):
        raise SlackError("view_too_large")
    if any(field.type == "file_input" for field in fields(payload["blocks"])):
        need(app, "files:read")
    external_id = payload.get("external_id")
    for view in world.views.values() if external_id else ():
        same = view.payload.get("external_id") == external_id and view.app.team is app.team
        if same and view.is_open and view is not replaced:
            raise SlackError("duplicate_external_id")


def open_view(world: World, app: App, screen: Screen, payload: Json) -> View:
    """Show a view on a person's screen, in place of what lay open there."""
    screen.stack.clear()
    return _put(world, app, screen, payload)


def push_view(world: World, app: App, screen: Screen, payload: Json) -> View:
    """Show a view above the one on the person's screen; ``push_limit_reached`` above three."""
    if not screen.stack:
        raise SlackError("not_found")
    if len(screen.stack) >= MAX_STACK:
        raise SlackError("push_limit_reached")
    return _put(world, app, screen, payload)


def update_view(world: World, view: View, payload: Json) -> View:
    """Change a view where it lies; inputs with the same block_id and action_id keep what was typed."""
    view.payload = {**payload, "blocks": world.with_ids(payload["blocks"])}
    view.values = states(view.blocks, view.values)
    view.hash = _hash(world)
    world.changes.happened()
    return view


def close_view(world: World, view: View) -> None:
    """Take a view off its screen, with those above it."""
    if view.screen is not None and view in view.screen.stack:
        del view.screen.stack[view.screen.stack.index(view) :]
        world.changes.happened()


def clear_views(world: World, screen: Screen) -> None:
    """Take every view off a screen."""
    screen.stack.clear()
    world.changes.happened()


def publish_view(world: World, app: App, user: User, payload: Json) -> View:
    """Show a Home to a person."""
    view = world.homes.get((app.id, user.id))
    if view is None:
        view_id = world.ids.make("V")
        view = View(view_id, app, user, {}, "", root_view_id=view_id)
        world.homes[app.id, user.id] = world.views[view_id] = view
    return update_view(world, view, payload)


def _put(world: World, app: App, screen: Screen, payload: Json) -> View:
    view = View(world.ids.make("V"), app, screen.user, {}, "", screen)
    view.root_view_id = screen.stack[0].id if screen.stack else view.id
    view.previous_view_id = screen.stack[-1].id if screen.stack else None
    world.views[view.id] = view
    screen.stack.append(view)
    return update_view(world, view, payload)


def _hash(world: World) -> str:
    return f"{int(world.clock.now())}.{world.ids.secret(8)}"
