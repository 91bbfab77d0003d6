"""People and app users: how they come about."""

from sandbox.linear.model import Organization, User
from sandbox.linear.world import World


def keep_user(world: World, organization: Organization, name: str, email: str, *, admin: bool, app: bool) -> User:
    """Keep a new person or (``app``) app user of the workspace."""
    now, turn = world.now(), world.next_turn()
    user = User(
        id=world.new_id(),
        created_at=now,
        updated_at=now,
        created_turn=turn,
        turn=turn,
        organization=organization,
        name=name,
        display_name=email.split("@", maxsplit=1)[0],
        email=email,
        admin=admin,
        app=app,
    )
    world.users[user.id] = user
    organization.user_count += 1
    return user
