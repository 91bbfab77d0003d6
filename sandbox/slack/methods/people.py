"""auth.*, api.*, team.*, bots.*, users.*: who and what there is."""

from sandbox.slack.errors import SlackError
from sandbox.slack.methods.method import Method, page
from sandbox.slack.model import App, Json, User
from sandbox.slack.request import Args
from sandbox.slack.wire import bot_json, user_json
from sandbox.slack.world import World


def auth_test(_world: World, app: App, _args: Args) -> Json:
    """Say whose token it is."""
    return {
        "url": f"https://{app.team.domain}.slack.com/",
        "team": app.team.name,
        "user": app.bot_user.name,
        "team_id": app.team.id,
        "user_id": app.bot_user.id,
        "bot_id": app.bot_id,
        "is_enterprise_install": False,
    }


def team_info(world: World, app: App, args: Args) -> Json:
    """Describe a team; another one only by sharing a channel with it."""
    team = world.teams.get(args.text("team") or app.team.id)
    if team is None or team.id not in world.teams_near(app):
        raise SlackError("team_not_found")
    return {
        "team": {
            "id": team.id,
            "name": team.name,
            "domain": team.domain,
            "url": f"https://{team.domain}.slack.com/",
            "email_domain": "",
            "icon": {"image_default": True},
        }
    }


def bots_info(world: World, app: App, args: Args) -> Json:
    """Describe a bot of the team."""
    for other in world.apps:
        if other.bot_id == args.text("bot", app.bot_id) and other.team is app.team:
            return {"bot": bot_json(other)}
    raise SlackError("bot_not_found")


def users_info(world: World, app: App, args: Args) -> Json:
    """Describe a user whom the app can see."""
    return {"user": _shown(world, world.user_for(app, args.required("user")), app)}


def _shown(world: World, user: User, app: App) -> Json:
    return user_json(user, app, stranger=world.is_stranger(app, user))


def users_list(world: World, app: App, args: Args) -> Json:
    """List the users whom the app can see, other teams' included where a channel is shared."""
    members = [_shown(world, user, app) for user in world.visible_users(app)]
    return {"cache_ts": int(world.clock.now()), **page(args, "members", members, 1000, 1000)}


def users_lookup_by_email(world: World, app: App, args: Args) -> Json:
    """Find a living member of the app's own team by e-mail, in any case of letters."""
    email = args.required("email").lower()
    for user in world.users.values():
        if user.team is app.team and not user.deleted and (user.email or "").lower() == email:
            return {"user": _shown(world, user, app)}
    raise SlackError("users_not_found")


METHODS = {
    "api.test": Method(lambda _world, _app, _args: {}),
    "auth.test": Method(auth_test),
    "team.info": Method(team_info, ("team:read",)),
    "bots.info": Method(bots_info, ("users:read",)),
    "users.info": Method(users_info, ("users:read",)),
    "users.list": Method(users_list, ("users:read",)),
    "users.lookupByEmail": Method(users_lookup_by_email, ("users:read.email",)),
}
