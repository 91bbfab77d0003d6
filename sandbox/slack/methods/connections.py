"""``apps.connections.open``: an address at which an app in Socket Mode may connect once."""

from sandbox.slack.errors import SlackError
from sandbox.slack.methods.method import Method
from sandbox.slack.model import App, Json
from sandbox.slack.request import Args
from sandbox.slack.world import World

LINK_PATH = "/link/"


def _open(world: World, app: App, _args: Args) -> Json:
    if not app.socket_mode or world.base_url is None:
        raise SlackError("access_denied")
    ticket = world.ids.secret()
    world.tickets[ticket] = app.config
    # "http" becomes "ws", and "https" would become "wss".
    address = world.base_url.replace("http", "ws", 1)
    return {"url": f"{address}{LINK_PATH}?ticket={ticket}&app_id={app.id}"}


METHODS = {"apps.connections.open": Method(_open, is_for_app_tokens=True)}
