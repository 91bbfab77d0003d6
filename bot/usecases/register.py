"""Register an organization: a user, three profiles and a vendor record, all or nothing."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.effects import Destination, EffectKind, NewEffect, organization_lane
from bot.domain.organizations import name_problem, slug_of, tidy_name
from bot.domain.people import IdentityRule, ProfileKind, SlackAccount, User, normalize_email
from bot.domain.text import clean_line
from bot.errors import ConflictError, ForbiddenError, InvalidError
from storage import organizations, people
from storage.outbox import enqueue

INVITE_DAYS = 7
NAME_TAKEN = "There is already an organization called {name}."
INVITE_REFUSED = "This code is not valid (any more). Ask whoever runs Threadline for a new one."


@dataclass(frozen=True, kw_only=True)
class Registration:
    """Who registers which organization.

    ``account`` is the creator in Slack, where known; the organization then owns that workspace, if
    ``owns_workspace``: its members are recognized by their e-mail from then on. ``request_key`` is kept with it, so
    that the same request is known again.
    """

    organization_name: str
    email: str | None
    first_name: str
    last_name: str
    account: SlackAccount | None = None
    owns_workspace: bool = True
    request_key: str | None = None


@dataclass(frozen=True)
class Registered:
    """The new organization and its owner."""

    organization_id: int
    slug: str
    owner: User


async def register_organization(
    session: AsyncSession, wanted: Registration, now: datetime, *, owner: User | None = None
) -> Registered:
    """Register an organization with its owner: vendor (primary), employee and customer in one person.

    ``owner`` is who it is, where that is known already; else it follows from ``wanted``.

    Raises:
        InvalidError: the name cannot be used.
        ConflictError: the name is taken.
    """
    name = tidy_name(wanted.organization_name)
    if problem := name_problem(name):
        raise InvalidError(problem)
    slug = slug_of(name)
    if await organizations.is_name_taken(session, name, slug):
        raise ConflictError(NAME_TAKEN.format(name=name))
    owner = owner or await _owner(session, wanted, now)
    organization_id = await organizations.add_organization(
        session, name=name, slug=slug, owner_user_id=owner.id, request_key=wanted.request_key, now=now
    )
    kinds = (ProfileKind.VENDOR, ProfileKind.EMPLOYEE, ProfileKind.CUSTOMER)
    await people.add_profiles(session, owner.id, organization_id, kinds, now)
    await people.add_vendor_record(session, owner.id, organization_id, now)
    if wanted.account is not None and wanted.owns_workspace:
        await organizations.own_workspace(session, organization_id, wanted.account.team_id)
    configure = NewEffect(EffectKind.LINEAR_CONFIGURE_TEAM, {"organization_id": organization_id})
    await enqueue(session, organization_lane(organization_id, Destination.LINEAR), [configure])
    return Registered(organization_id, slug, owner)


async def _owner(session: AsyncSession, wanted: Registration, now: datetime) -> User:
    if wanted.account is not None and (known := await people.user_of(session, wanted.account)):
        return known
    owner = await people.add_user(
        session,
        email=normalize_email(wanted.email) if wanted.email else None,
        email_trusted=wanted.email is not None,
        email_team_id=None if wanted.account is None else wanted.account.team_id,
        first_name=clean_line(wanted.first_name),
        last_name=clean_line(wanted.last_name),
        now=now,
    )
    if wanted.account is not None:
        await people.add_identity(session, wanted.account, owner.id, IdentityRule.REGISTERED, now)
    return owner


async def invite(session: AsyncSession, now: datetime) -> str:
    """Return a new one-time code, valid for ``INVITE_DAYS``; only its hash is stored."""
    code = secrets.token_urlsafe(18)
    await organizations.add_invite(session, _hash(code), now=now, expires_at=now + timedelta(days=INVITE_DAYS))
    return code


async def use_invite(session: AsyncSession, code: str, now: datetime) -> None:
    """Use up a one-time code, in the transaction of what it allows.

    Raises:
        ForbiddenError: the code is unknown, used or expired.
    """
    if not await organizations.use_invite(session, _hash(code), now):
        raise ForbiddenError(INVITE_REFUSED)


def _hash(code: str) -> str:
    # A plain hash serves: the code has 144 random bits, so there is no list of likely codes to try.
    return hashlib.sha256(code.strip().encode()).hexdigest()
