"""What the methods of the Web API share: how they are written down, scopes, pages."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sandbox.slack.errors import SlackError
from sandbox.slack.model import App, Channel, Json
from sandbox.slack.request import Args
from sandbox.slack.world import World

Run = Callable[[World, App, Args], Json]
_SCOPE_OF_KIND = {"channel": "channels", "group": "groups", "im": "im"}


@dataclass(frozen=True)
class Method:
    """A method: what it does, and the scopes it needs (all of them), or that it takes an app-level token."""

    run: Run
    scopes: tuple[str, ...] = ()
    is_for_app_tokens: bool = False


def need(app: App, *any_of: str) -> None:
    """Refuse with ``missing_scope`` when the app was granted none of these scopes."""
    if not any(app.may(scope) for scope in any_of):
        provided = ",".join(sorted(app.config.scopes or ()))
        raise SlackError("missing_scope", needed=any_of[0], provided=provided)


def need_for(app: App, channel: Channel, what: str) -> None:
    """Refuse with ``missing_scope`` unless the app may do ``what`` (``read``, ``history``) in such a channel."""
    need(app, f"{_SCOPE_OF_KIND[channel.kind]}:{what}")


def page(args: Args, name: str, items: Sequence[Any], default: int, most: int) -> Json:
    """Return one page of a list, and the cursor of the next.

    Args:
        args: ``limit`` and ``cursor``.
        name: the answer's field that holds the list.
        items: the whole list.
        default: how many without ``limit``.
        most: how many at most.
    """
    limit = min(args.number("limit", default) or default, most)
    cursor = args.text("cursor")
    if cursor and not cursor.isdigit():
        raise SlackError("invalid_cursor")
    start = int(cursor or 0)
    after = start + limit
    next_cursor = str(after) if after < len(items) else ""
    return {name: list(items[start:after]), "response_metadata": {"next_cursor": next_cursor}}
