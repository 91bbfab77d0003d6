"""How somebody tries the form of ``/threadline linear``, with Acme's ids in it."""

from functools import partial

from slack_sdk.models.views import View as Form
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.linear_connection import Connection, ConnectionKind, LinearAccount
from bot.views.linear_modal import LinearForm, linear_modal
from storage import linear_connections, linear_teams, organizations
from tests.border.forger import Forger, selected
from tests.border.roles import Who
from tests.border.scene import Scene
from tests.world import NOW

_ACCOUNT = LinearAccount(actor_id="dana", actor_name="Dana", organization_id="acme", organization_name="Acme")


async def acmes_linear(scene: Scene) -> Form:
    """Return Acme's form, as if it had been opened for somebody."""
    read = scene.world.bot.transaction.read
    team = await read(partial(linear_teams.team_of, organization_id=scene.cast.globex))
    assert team is not None
    form = LinearForm(
        organization=await read(partial(organizations.organization, organization_id=scene.acme)),
        choices=(),
        kind=ConnectionKind.API_KEY,
        account=_ACCOUNT,
        environment=True,
        refused=False,
        team=None,
        teams=[team],
        webhook="/linear/webhook/x",
        has_secret=False,
        told_at=None,
        waiting=0,
        install=None,
    )
    return linear_modal(form)


async def connects(scene: Scene, forger: Forger, _who: Who) -> None:
    """Give a key that Linear accepts."""
    forger.holds(await acmes_linear(scene), linear_key={"value": scene.world.company.linear_key})
    await forger.submits()


async def gives_secret(scene: Scene, forger: Forger, _who: Who) -> None:
    """Give the signing secret of Acme's webhook."""
    forger.holds(await acmes_linear(scene), linear_webhook_secret={"value": "lin_wh_of_somebody"})
    await forger.submits()


async def takes_globexs_team(scene: Scene, forger: Forger, _who: Who) -> None:
    """Choose the team of another organization for Acme."""
    team = await scene.world.bot.transaction.read(partial(linear_teams.team_of, organization_id=scene.cast.globex))
    assert team is not None
    forger.holds(await acmes_linear(scene), linear_team=selected(team.id))
    await forger.submits()


async def connected(session: AsyncSession, *, organization_id: int) -> None:
    """Let Acme have a connection."""
    owner = (await organizations.organization(session, organization_id)).owner_user_id
    new = Connection(
        organization_id=organization_id,
        path="acmes-webhook",
        kind=ConnectionKind.API_KEY,
        secret="locked",
        webhook_secret=None,
        account=_ACCOUNT,
        problem=None,
        created_at=NOW,
    )
    await linear_connections.put_connection(session, new, owner)
