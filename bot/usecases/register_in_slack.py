"""Register an organization from Slack: for those who administer the workspace, or have a one-time code."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.organizations import Organization
from bot.domain.people import SlackMember, may_register, trusted_email
from bot.domain.text import clean_line
from bot.errors import ForbiddenError
from bot.usecases.choose_organization import SWITCHED_OFF
from bot.usecases.recognize import find_known
from bot.usecases.register import Registration, register_organization, use_invite
from storage import organizations

ADMINS_ONLY = (
    "An admin or owner of this workspace can register an organization here: ask one of them to do it. "
    "Or ask whoever runs Threadline for a one-time code."
)


class NotEntitledError(ForbiddenError):
    """This person may not register an organization: neither as who they are, nor by a code."""


@dataclass(frozen=True, kw_only=True)
class SlackRegistration:
    """What somebody asks for in Slack. ``request_key`` makes asking again answer the same organization."""

    organization_name: str
    code: str
    member: SlackMember
    request_key: str


async def register_in_slack(session: AsyncSession, wanted: SlackRegistration, now: datetime) -> Organization:
    """Register an organization, or return the one that was registered by the same request.

    Raises:
        InvalidError: the name cannot be used.
        ConflictError: the name is taken.
        NotEntitledError: neither an admin or owner of the workspace, nor a valid code.
        ForbiddenError: the person is switched off.
    """
    done = await organizations.organization_of_request(session, wanted.request_key)
    if done is not None:
        return done
    await _check_entitled(session, wanted, now)
    known = await find_known(session, wanted.member, now)
    if known is not None and not known.active:
        raise ForbiddenError(SWITCHED_OFF)
    registered = await register_organization(session, _registration(wanted), now)
    return await organizations.organization(session, registered.organization_id)


async def _check_entitled(session: AsyncSession, wanted: SlackRegistration, now: datetime) -> None:
    if may_register(wanted.member):
        return
    code = clean_line(wanted.code)
    if not code:
        raise NotEntitledError(ADMINS_ONLY)
    try:
        await use_invite(session, code, now)
    except ForbiddenError as refused:
        raise NotEntitledError(refused.sentence) from refused


def _registration(wanted: SlackRegistration) -> Registration:
    member = wanted.member
    return Registration(
        organization_name=wanted.organization_name,
        email=trusted_email(member),
        first_name=member.first_name,
        last_name=member.last_name,
        account=member.account,
        # Whoever comes from another workspace, and has a code, is no owner of that one.
        owns_workspace=not member.foreign,
        request_key=wanted.request_key,
    )
