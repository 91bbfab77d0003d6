"""Say what people are to an organization: its owner decides, and nobody else."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.looks import People
from bot.domain.organizations import Organization
from bot.domain.people import ProfileKind, SlackMember, User
from bot.errors import InvalidError
from bot.usecases.owners import owned_organization, owned_organizations
from bot.usecases.recognize import recognize
from storage import people, profiles

log = structlog.stdlib.get_logger(__name__)

PEOPLE_LIMIT = 100
OWNER_STAYS = "{person} owns {organization}, and stays a vendor there. Tick Vendor too."
NOBODY_YET = "{person} is not with {organization} yet. Tick what they are to be."
NO_BOT = "{person} is an app. Choose a person."
DEACTIVATED = "{person} is deactivated in Slack. Choose somebody else."


@dataclass(frozen=True, kw_only=True)
class Appointment:
    """What an owner wants somebody to be: exactly these kinds of profile.

    ``person`` is a user, or a Slack member who is not known yet: the owner chose the account itself.
    """

    owner_user_id: int
    organization_id: int
    person: User | SlackMember
    kinds: Collection[ProfileKind]


class KindsError(InvalidError):
    """This person cannot be made exactly that."""


async def list_people(
    session: AsyncSession, owner_user_id: int, organization_id: int | None
) -> tuple[Sequence[Organization], People]:
    """Return every organization that somebody may administer, and the people of one; None: of the first.

    Raises:
        ForbiddenError: this is not its owner.
    """
    owned = await owned_organizations(session, owner_user_id)
    asked = owned[0].id if organization_id is None else organization_id
    organization = await owned_organization(session, owner_user_id, asked)
    found = People(
        organization=organization,
        listed=await profiles.people_of(session, asked, PEOPLE_LIMIT),
        count=await profiles.count_people(session, asked),
    )
    return owned, found


async def appoint(session: AsyncSession, wanted: Appointment, now: datetime) -> tuple[User, Organization]:
    """Let somebody be exactly that, from now on; their records are added, and never taken away.

    Raises:
        ForbiddenError: this is not the organization's owner.
        KindsError: the owner would stop being a vendor, or nothing was chosen for somebody new.
        InvalidError: this is nobody who can be added.
    """
    organization = await owned_organization(session, wanted.owner_user_id, wanted.organization_id)
    person = await _person(session, wanted.person, now)
    named = {"person": person.name, "organization": organization.name}
    if person.id == organization.owner_user_id and ProfileKind.VENDOR not in wanted.kinds:
        raise KindsError(OWNER_STAYS.format(**named))
    if not wanted.kinds and not await profiles.has_profiles(session, person.id, organization.id):
        raise KindsError(NOBODY_YET.format(**named))
    await profiles.set_profiles(session, person.id, organization.id, wanted.kinds, now)
    if ProfileKind.VENDOR in wanted.kinds:
        await people.add_vendor_record(session, person.id, organization.id, now)
    if ProfileKind.CUSTOMER in wanted.kinds:
        await people.get_or_add_customer_record(session, person.id, organization.id, now)
    log.info(
        "profiles were set",
        organization=organization.name,
        user_id=person.id,
        kinds=sorted(kind.value for kind in wanted.kinds),
    )
    return person, organization


async def _person(session: AsyncSession, person: User | SlackMember, now: datetime) -> User:
    if isinstance(person, User):
        return person
    known = await people.user_of(session, person.account)
    if known is not None:
        return known
    name = f"{person.first_name} {person.last_name}".strip() or "This account"
    if person.bot:
        raise InvalidError(NO_BOT.format(person=name))
    if person.deleted:
        raise InvalidError(DEACTIVATED.format(person=name))
    return await recognize(session, person, now)
