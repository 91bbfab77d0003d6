"""Try again at once what is stuck, because its cause may be gone."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.issues import IssueRef, read_reference
from bot.domain.life import Role
from bot.domain.organizations import ChannelAddress, Organization
from bot.domain.people import User
from bot.errors import ForbiddenError, InvalidError, NotFoundError
from bot.usecases.refusals import NO_SUCH_ISSUE, VENDORS_ONLY
from bot.usecases.tell import show_to_vendors
from storage import blocked, browsing, channels, inbox, lives, organizations
from storage.blocked import Hurried

NEEDS_ORGANIZATION = "Say whose issue it is: --organization ..."
NO_SUCH_ORGANIZATION = "There is no organization {key}."
NO_ISSUE_THERE = "{organization} has no issue {key}."


async def try_issue_again(session: AsyncSession, ref: IssueRef, user: User) -> int:
    """Let what is stuck of an issue be tried again now; returns how much that is, and lets its message say so.

    Raises:
        NotFoundError: there is no such issue.
        ForbiddenError: they are no vendor of the organization.
    """
    living = await lives.living_issue(session, ref)
    if living is None:
        raise NotFoundError(NO_SUCH_ISSUE)
    if Role.VENDOR not in await lives.roles_towards(session, user.id, living):
        raise ForbiddenError(VENDORS_ONLY.format(organization=living.organization_name))
    await show_to_vendors(session, ref)
    return len(await blocked.hurry_issue(session, ref))


async def accept_channel_back(session: AsyncSession, address: ChannelAddress, key: str, now: datetime) -> None:
    """Accept that a channel can be used (again): what waits for it is delivered in its order.

    Args:
        session: of the change.
        address: the channel.
        key: of this telling; a second one changes nothing.
        now: the time, UTC.
    """
    if not await inbox.is_news(session, key, now):
        return
    link = await channels.channel_link(session, address)
    if link is not None:
        await blocked.hurry_blocked(session, link.organization_id, blocked.SLACK)
        await channels.set_lost(session, link.organization_id, address, None)


async def retry_for_operator(
    session: AsyncSession, organization: str | None, issue: str | None
) -> tuple[Sequence[Organization], Sequence[Hurried]]:
    """Let what is stuck be tried again now: of everybody, of an organization, or of one of its issues.

    Returns the organizations whose that may be, and what it is.

    Raises:
        NotFoundError: there is no such organization or issue.
        InvalidError: an issue without its organization, where there are several.
    """
    known = await organizations.all_organizations(session)
    if organization is not None:
        known = [one for one in known if organization in {one.slug, str(one.id)}]
        if not known:
            raise NotFoundError(NO_SUCH_ORGANIZATION.format(key=organization))
    if issue is None and organization is None:
        return known, await blocked.hurry_everything(session)
    if len(known) != 1:
        raise InvalidError(NEEDS_ORGANIZATION)
    [one] = known
    if issue is None:
        everywhere = [*blocked.SLACK, *blocked.LINEAR]
        return known, await blocked.hurry_blocked(session, one.id, everywhere)
    reference = read_reference(issue)
    found = [] if reference is None else await browsing.find_issues(session, one.id, reference)
    if not found:
        raise NotFoundError(NO_ISSUE_THERE.format(organization=one.name, key=issue))
    return known, [each for one_found in found for each in await blocked.hurry_issue(session, one_found.ref)]
