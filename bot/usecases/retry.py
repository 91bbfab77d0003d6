"""Try again what is stuck, for who runs the program."""

from collections import Counter

from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.effects import Destination
from bot.domain.issues import read_reference
from bot.domain.organizations import Organization
from bot.domain.trouble import Cause
from bot.errors import InvalidError, NotFoundError
from bot.usecases.customers import find_organization
from storage import blocked, browsing, organizations
from storage.blocked import Hurried

NEEDS_ORGANIZATION = "Say whose issue that is, with --organization: there are several organizations."
NO_ISSUE_THERE = "{organization} has no issue “{key}”."

# How many lanes are tried again: whose, where to, and why they were stuck.
Retried = Counter[tuple[str, Destination, Cause]]


async def retry(session: AsyncSession, organization: str | None, issue: str | None) -> Retried:
    """Let what is stuck be tried again now: of everybody, of an organization, or of one of its issues.

    Raises:
        NotFoundError: there is no such organization or issue.
        InvalidError: an issue is named and no organization, and there are several.
    """
    known = {one.id: one for one in await organizations.all_organizations(session)}
    named = None if organization is None else await find_organization(session, organization)
    if issue is not None:
        hurried = await _retry_issue(session, named or _only(list(known.values())), issue)
    elif named is not None:
        hurried = await blocked.hurry_blocked(session, named.id, tuple(Destination))
    else:
        hurried = await blocked.hurry_everything(session)
    return Counter((known[one.organization_id].name, one.destination, one.cause) for one in hurried)


def _only(known: list[Organization]) -> Organization:
    if len(known) != 1:
        raise InvalidError(NEEDS_ORGANIZATION)
    return known[0]


async def _retry_issue(session: AsyncSession, organization: Organization, key: str) -> list[Hurried]:
    reference = read_reference(key)
    found = [] if reference is None else await browsing.find_issues(session, organization.id, reference)
    if not found:
        raise NotFoundError(NO_ISSUE_THERE.format(organization=organization.name, key=key))
    return [each for one in found for each in await blocked.hurry_issue(session, one.ref)]
