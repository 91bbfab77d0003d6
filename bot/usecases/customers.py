"""The customer records, for who runs the program."""

from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.organizations import Organization, slug_of
from bot.domain.text import is_whole_number
from bot.errors import NotFoundError
from storage import customers, organizations
from storage.customers import CustomerFacts

NO_ORGANIZATION = "No organization is registered yet."
NOT_THERE = "There is no organization “{key}”. There are: {known}."
KNOWN_LIMIT = 20
AND_MORE = ", and {count} more"


async def find_organization(session: AsyncSession, key: str) -> Organization:
    """Return the organization with this id, slug or name.

    An id goes before a slug: so each organization can be named, even where another one's name is its number.

    Raises:
        NotFoundError: there is none; the sentence names those that there are.
    """
    key = key.strip()
    id_ = int(key) if is_whole_number(key) else None
    found = await organizations.organization_named(session, id_=id_, slug=slug_of(key))
    if found is not None:
        return found
    known = [organization.slug for organization in await organizations.all_organizations(session)]
    if not known:
        raise NotFoundError(NO_ORGANIZATION)
    more = len(known) - KNOWN_LIMIT
    listed = ", ".join(known[:KNOWN_LIMIT]) + (AND_MORE.format(count=more) if more > 0 else "")
    raise NotFoundError(NOT_THERE.format(key=key, known=listed))


async def list_customers(session: AsyncSession, key: str | None) -> list[tuple[Organization, list[CustomerFacts]]]:
    """Return the customer records of one organization, or of each.

    Raises:
        NotFoundError: there is no such organization.
    """
    if key is None:
        wanted = await organizations.all_organizations(session)
    else:
        wanted = [await find_organization(session, key)]
    return [(each, await customers.customers_of(session, each.id)) for each in wanted]
