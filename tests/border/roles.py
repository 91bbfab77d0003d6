"""Who knocks at the doors, and who of them is who: everybody that Acme's border is there for or against."""

import enum
from dataclasses import dataclass
from functools import partial

from bot.domain.people import ProfileKind
from bot.usecases.tokens import PREFIX, make_token
from sandbox.slack import Team, User
from storage import tables
from tests.callers import switch_off
from tests.world import NOW, World, join, link, register

UNKNOWN_TOKEN = f"{PREFIX}somebody-made-this-up"


class Who(enum.StrEnum):
    """What somebody is towards Acme, and towards the issue that is acted on."""

    OWNER = "Acme's owner: vendor, employee and customer, of issues of their own"
    VENDOR = "a vendor"
    EMPLOYEE = "an employee"
    CUSTOMER = "the issue's customer, who is a customer of Globex too"
    OTHER_CUSTOMER = "another customer of Acme"
    STRANGER = "a member of the workspace whom nobody knows"
    GLOBEX_VENDOR = "the owner of Globex, an organization of the same workspace"
    GLOBEX_CUSTOMER = "a customer of Globex"
    PROFILE_OFF = "a vendor of Acme whose profile is switched off"
    USER_OFF = "a vendor of Acme who is switched off; an admin of the workspace"
    FOREIGNER = "an admin of another workspace, in a Slack Connect channel"
    WITH_GLOBEX_TOKEN = "the issue's customer, with a token of Globex"


IN_SLACK: list[Who] = [who for who in Who if who is not Who.WITH_GLOBEX_TOKEN]
OVER_HTTP: list[Who] = [who for who in Who if who is not Who.FOREIGNER]

_AT_ACME = {
    Who.VENDOR: ProfileKind.VENDOR,
    Who.EMPLOYEE: ProfileKind.EMPLOYEE,
    Who.CUSTOMER: ProfileKind.CUSTOMER,
    Who.OTHER_CUSTOMER: ProfileKind.CUSTOMER,
    Who.PROFILE_OFF: ProfileKind.VENDOR,
    Who.USER_OFF: ProfileKind.VENDOR,
}


@dataclass(frozen=True, kw_only=True)
class Cast:
    """Everybody. ``ids`` are their users' ids, ``tokens`` what they show at the API."""

    members: dict[Who, User]
    ids: dict[Who, int]
    tokens: dict[Who, str]
    globex: int


async def gather_everybody(world: World) -> Cast:
    """Let everybody be what they are; nobody is switched off yet."""
    members = _members(world)
    transaction, acme = world.bot.transaction, world.acme
    ids = {Who.OWNER: acme.owner.id}
    for who, kind in _AT_ACME.items():
        ids[who] = await world.join(members[who], kind)
    globex = await register(transaction, world.company, "Globex", members[Who.GLOBEX_VENDOR])
    ids[Who.GLOBEX_VENDOR] = globex.owner.id
    for who in (Who.GLOBEX_CUSTOMER, Who.CUSTOMER):
        ids[who] = await join(transaction, globex.organization_id, members[who], ProfileKind.CUSTOMER)
    ids[Who.WITH_GLOBEX_TOKEN] = ids[Who.CUSTOMER]
    await _link_channels(world, members, globex.organization_id)
    tokens = {Who.STRANGER: UNKNOWN_TOKEN}
    for who, user_id in ids.items():
        where = acme.organization_id if who in {Who.OWNER, *_AT_ACME} else globex.organization_id
        make = partial(make_token, user_id=user_id, organization_id=where, now=NOW)
        tokens[who] = await transaction.write(make)
    return Cast(members=members, ids=ids, tokens=tokens, globex=globex.organization_id)


async def switch_two_off(world: World, cast: Cast) -> None:
    """Switch off a profile of one, and another wholly; what they had before, they keep."""
    await switch_off(world, tables.Profile, user_id=cast.ids[Who.PROFILE_OFF])
    await switch_off(world, tables.CrmUser, id=cast.ids[Who.USER_OFF])


def _members(world: World) -> dict[Who, User]:
    company, slack = world.company, world.company.slack

    def add(first_name: str, *, team: Team = company.team, admin: bool = False) -> User:
        email = f"{first_name.lower()}@{team.domain}.example"
        return slack.add_user(team, first_name, "Border", email=email, admin=admin)

    return {
        Who.OWNER: company.vera,
        Who.VENDOR: company.victor,
        Who.EMPLOYEE: add("Emma"),
        Who.CUSTOMER: company.ada,
        Who.OTHER_CUSTOMER: company.bo,
        Who.STRANGER: add("Stan"),
        Who.GLOBEX_VENDOR: add("Gerd"),
        Who.GLOBEX_CUSTOMER: add("Gina"),
        Who.PROFILE_OFF: add("Pia"),
        Who.USER_OFF: add("Uwe", admin=True),
        Who.FOREIGNER: add("Faye", team=slack.add_team("Elsewhere", "elsewhere"), admin=True),
    }


async def _link_channels(world: World, members: dict[Who, User], globex: int) -> None:
    """Let everybody be in Acme's channels, and Acme's intake channel be shared; and give Globex its own."""
    company, slack, transaction = world.company, world.company.slack, world.bot.transaction
    for channel in (company.intake, company.triage):
        # Whatever a border rests on, it is not on who is in a channel.
        channel.members.extend(user for user in members.values() if user not in channel.members)
    slack.share(company.intake, members[Who.FOREIGNER].team)
    await slack.quiet()
    await link(transaction, world.acme.organization_id, company.intake, intake=True)
    theirs = [members[Who.GLOBEX_VENDOR], members[Who.GLOBEX_CUSTOMER], company.app.bot_user]
    help_, triage = (
        slack.add_channel(company.team, f"globex-{name}", members=theirs) for name in ("help", "triage")
    )
    await link(transaction, globex, help_, intake=True)
    await link(transaction, globex, triage, triage=True)
