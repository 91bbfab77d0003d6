"""How somebody submits each form, as if it had been opened for them: with Acme's ids in it."""

from collections.abc import Mapping
from functools import partial

from slack_sdk.models.views import View as Form
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.issues import Draft
from bot.domain.linear_links import LinearStanding
from bot.domain.organizations import ChannelAddress, LinearSettings, OrganizationSettings, Visibility
from bot.domain.people import CustomersJoin, ProfileKind, SlackAccount
from bot.views import ids
from bot.views.issue_modals import assign_modal, change_modal, words_modal
from bot.views.linear_tie_modal import linear_tie_modal
from bot.views.link_channel_modal import INTAKE, LinkForm, link_channel_modal
from bot.views.people_modal import PeopleForm, people_modal
from bot.views.raise_inputs import Customer, Customers
from bot.views.raise_modal import ModalOrigin, Source, raise_modal
from bot.views.register_modal import register_modal
from bot.views.settings_modal import Shown, settings_modal
from bot.views.token_modal import tokens_modal
from sandbox.slack import Channel
from storage import organizations, tables
from storage.issues import newest_issues
from tests.border.commands import Try
from tests.border.forger import Forger, selected
from tests.border.linear import connected, connects, gives_secret, takes_globexs_team
from tests.border.roles import Who
from tests.border.scene import Scene
from tests.border.words import MARKER
from tests.world import NOW

_DRAFT = Draft(title="A border")


def _address(channel: Channel) -> ChannelAddress:
    return ChannelAddress(channel.team.id, channel.id)


async def _raise_here(scene: Scene, forger: Forger, _who: Who) -> None:
    forger.holds(raise_modal(_DRAFT, ModalOrigin(_address(scene.world.company.intake))))
    await forger.submits()


async def _raise_elsewhere(scene: Scene, forger: Forger, _who: Who) -> None:
    forger.holds(raise_modal(_DRAFT, ModalOrigin(None)), organization=selected(scene.acme))
    await forger.submits()


async def _raise_for_another(scene: Scene, forger: Forger, _who: Who) -> None:
    stranger = scene.cast.members[Who.STRANGER]
    source = Source(ts="1.0", author=SlackAccount(stranger.team.id, stranger.id), url="https://slack.example/1")
    origin = ModalOrigin(_address(scene.world.company.intake), source=source)
    forger.holds(raise_modal(_DRAFT, origin, customers=Customers("Stan", "Me")), customer=selected(Customer.AUTHOR))
    await forger.submits()


async def _raise_with_link(scene: Scene, forger: Forger, _who: Who) -> None:
    form = raise_modal(_DRAFT, ModalOrigin(_address(scene.world.company.intake)), links_linear=True)
    forger.holds(form, linear_issue={"value": "ACM-1"})
    await forger.submits()


async def _link_linear(scene: Scene, forger: Forger, _who: Who) -> None:
    standing = LinearStanding(ref=scene.open, number="ISS-2026-0001", tie=None, on_its_way=False)
    forger.holds(linear_tie_modal(standing), linear_issue={"value": "ACM-99"})
    await forger.submits()


def _says(callback_id: str) -> Try:
    async def submit(scene: Scene, forger: Forger, _who: Who) -> None:
        forger.holds(words_modal(callback_id, scene.open), words={"value": "A few words."})
        await forger.submits()

    return submit


async def _assign(scene: Scene, forger: Forger, _who: Who) -> None:
    vendors = [scene.world.acme.owner]
    forger.holds(assign_modal(scene.open, vendors), assignee=selected(vendors[0].id))
    await forger.submits()


async def _change(scene: Scene, forger: Forger, _who: Who) -> None:
    look = partial(newest_issues, organization_id=scene.acme, limit=9)
    issue = (await scene.world.bot.transaction.read(look))[-1]
    assert issue.ref == scene.open
    forger.holds(change_modal(issue), title={"value": "Another title"})
    await forger.submits()


async def _register(_scene: Scene, forger: Forger, _who: Who) -> None:
    forger.holds(register_modal(), organization={"value": "Initech"})
    await forger.submits()


async def _link(scene: Scene, forger: Forger, _who: Who, *, free: bool) -> None:
    channel = scene.lobby if free else scene.world.company.intake
    form = LinkForm(address=_address(channel), part=INTAKE, visibility=Visibility.PRIVATE)
    forger.holds(link_channel_modal(form), organization=selected(scene.acme))
    await forger.submits()


async def _make_token(scene: Scene, forger: Forger, _who: Who) -> None:
    forger.holds(tokens_modal(), organization=selected(scene.acme))
    await forger.submits()


async def _appoint(scene: Scene, forger: Forger, who: Who) -> None:
    # Themselves, where they are in the workspace; the owner stays what they are.
    member = scene.cast.members[Who.STRANGER if who is Who.OWNER else who]
    kinds = [{"text": {"type": "plain_text", "text": "x"}, "value": kind} for kind in ProfileKind]
    form: Form = people_modal(PeopleForm(scene.acme))
    forger.holds(form, person={"selected_user": member.id}, kinds={"selected_options": kinds})
    await forger.submits()


async def _change_settings(scene: Scene, forger: Forger, _who: Who) -> None:
    acme = await scene.world.bot.transaction.read(partial(organizations.organization, organization_id=scene.acme))
    shown = Shown(organization=acme, linear=LinearSettings(), states=[])
    forger.holds(settings_modal(shown), reopen_days={"value": "99"})
    await forger.submits()


FORMS: Mapping[str, Try] = {
    f"modal {ids.RAISE_MODAL} (in Acme's intake channel)": _raise_here,
    f"modal {ids.RAISE_MODAL} (there, where customers are invited)": _raise_here,
    f"modal {ids.RAISE_MODAL} (elsewhere, with Acme)": _raise_elsewhere,
    f"modal {ids.RAISE_MODAL} (for somebody else)": _raise_for_another,
    f"modal {ids.RAISE_MODAL} (with a Linear issue)": _raise_with_link,
    f"modal {ids.LINEAR_TIE_MODAL}": _link_linear,
    f"modal {ids.REPLY_MODAL}": _says(ids.REPLY_MODAL),
    f"modal {ids.NOTE_TO_TEAM_MODAL}": _says(ids.NOTE_TO_TEAM_MODAL),
    f"modal {ids.DETAILS_MODAL}": _says(ids.DETAILS_MODAL),
    f"modal {ids.ASSIGN_MODAL}": _assign,
    f"modal {ids.CHANGE_MODAL}": _change,
    f"modal {ids.REGISTER_MODAL}": _register,
    f"modal {ids.LINK_CHANNEL_MODAL} (Acme's channel)": partial(_link, free=False),
    f"modal {ids.LINK_CHANNEL_MODAL} (a free channel, with Acme)": partial(_link, free=True),
    f"modal {ids.TOKENS_MODAL}": _make_token,
    f"modal {ids.PEOPLE_MODAL}": _appoint,
    f"modal {ids.SETTINGS_MODAL}": _change_settings,
    f"modal {ids.LINEAR_MODAL}": connects,
    f"modal {ids.LINEAR_MODAL} (the webhook's secret)": gives_secret,
    f"modal {ids.LINEAR_MODAL} (Globex's team)": takes_globexs_team,
}


async def invite_only(session: AsyncSession, *, organization_id: int) -> None:
    """Let nobody become Acme's customer by themselves."""
    settings = OrganizationSettings(customers_join=CustomersJoin.INVITED, reply_marker=MARKER, reopen_days=14)
    await organizations.change_settings(session, organization_id, settings)


async def pause_linear(session: AsyncSession, *, organization_id: int) -> None:
    """Let nothing be exchanged about Acme's issues."""
    link = tables.LinearIssue
    await session.execute(update(link).where(link.organization_id == organization_id).values(paused_at=NOW))


async def get_stuck(session: AsyncSession, *, organization_id: int) -> None:
    """Let something of Acme's be stuck."""
    lane = tables.Lane
    await session.execute(
        update(lane).where(lane.organization_id == organization_id).values(blocked="Slack refuses: is_archived")
    )


# What is so at a door before anybody comes.
GIVEN = {
    f"modal {ids.RAISE_MODAL} (there, where customers are invited)": invite_only,
    f"button {ids.RESUME_LINEAR}": pause_linear,
    f"button {ids.TRY_ALL_AGAIN}": get_stuck,
    f"modal {ids.LINEAR_MODAL} (the webhook's secret)": connected,
    f"button {ids.LINEAR_DISCONNECT}": connected,
}
