"""views.*: modals and Homes."""

from typing import Any

from sandbox.slack.errors import SlackError
from sandbox.slack.methods.method import Method
from sandbox.slack.model import App, Json, View
from sandbox.slack.request import Args
from sandbox.slack.view_table import check_view, view_too_large
from sandbox.slack.views import (
    open_view,
    publish_view,
    push_view,
    refuse_bad_modal,
    update_view,
    use_trigger,
)
from sandbox.slack.wire import view_json
from sandbox.slack.world import World


def _payload(args: Args) -> Any:
    if not args.has("view"):
        raise SlackError("invalid_arguments", "[ERROR] missing required field: view")
    return args.any("view")


def open_(world: World, app: App, args: Args) -> Json:
    """Open a modal by a trigger. A view that is refused does not use the trigger up."""
    payload, trigger_id = _payload(args), _trigger_id(args)
    refuse_bad_modal(world, app, payload)
    trigger = use_trigger(world, app, trigger_id)
    return {"view": view_json(open_view(world, app, trigger.screen, payload))}


def push(world: World, app: App, args: Args) -> Json:
    """Open a modal above the one that is open."""
    payload, trigger_id = _payload(args), _trigger_id(args)
    refuse_bad_modal(world, app, payload)
    trigger = use_trigger(world, app, trigger_id)
    return {"view": view_json(push_view(world, app, trigger.screen, payload))}


def _trigger_id(args: Args) -> str:
    return args.text("trigger_id") or args.required("interactivity_pointer")


def _open_view(world: World, app: App, args: Args) -> View:
    if args.has("view_id"):
        found = [world.views[args.text("view_id")]] if args.text("view_id") in world.views else []
    else:
        external_id = args.required("external_id")
        found = [view for view in world.views.values() if view.payload.get("external_id") == external_id]
    for view in found:
        if view.app is app and view.is_open:
            return view
    raise SlackError("not_found")


def _refuse_stale(view: View | None, args: Args) -> None:
    if args.text("hash") and view is not None and args.text("hash") != view.hash:
        raise SlackError("hash_conflict")


def update(world: World, app: App, args: Args) -> Json:
    """Change a modal that is open."""
    payload = _payload(args)
    view = _open_view(world, app, args)
    refuse_bad_modal(world, app, payload, view)
    _refuse_stale(view, args)
    return {"view": view_json(update_view(world, view, payload))}


def publish(world: World, app: App, args: Args) -> Json:
    """Show a Home to a user."""
    payload = _payload(args)
    problems = check_view(payload, "home")
    if problems:
        raise SlackError("invalid_arguments", *[f"[ERROR] {problem}" for problem in problems])
    if view_too_large(payload):
        raise SlackError("view_too_large")
    user = world.user_for(app, args.required("user_id"))
    _refuse_stale(world.homes.get((app.id, user.id)), args)
    return {"view": view_json(publish_view(world, app, user, payload))}


METHODS = {
    "views.open": Method(open_),
    "views.push": Method(push),
    "views.update": Method(update),
    "views.publish": Method(publish),
}
