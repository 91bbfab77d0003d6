"""Look at issues: a customer at their own, the organization's people at all of theirs."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.issues import IssueRef, read_reference
from bot.domain.life import Action, Role, is_allowed
from bot.domain.listed import (
    FieldReason,
    InternalEntry,
    InternalEvent,
    InternalPage,
    LinearLook,
    PublicEntry,
    PublicEvent,
    PublicPage,
    Wanted,
)
from bot.domain.shown import EventFacts
from bot.errors import ConflictError, ForbiddenError, NotFoundError
from bot.usecases.act import EVENT_OF
from bot.usecases.refusals import NO_SUCH_ISSUE, not_allowed
from bot.usecases.store_issues import RAISED
from bot.usecases.take_over import MOVED, UNASSIGNED
from bot.usecases.tokens import Bearer
from storage import browsing, conversations, linear_shadow, lives, organizations
from storage.browsing import Found

NOT_A_CUSTOMER = "You have no active customer profile at {organization}."
SEVERAL = "{reference} can mean {numbers}. Write the number with its year."
# What a customer may read of an issue's life: a kind of event that is not in here stays inside.
PUBLIC_EVENTS = frozenset({RAISED, *EVENT_OF.values(), MOVED, UNASSIGNED})
T_co = TypeVar("T_co", covariant=True)


@dataclass(frozen=True)
class Page(Generic[T_co]):
    """Some issues of a list, the newest first. ``next_before_id`` begins the next page; None: this is the last."""

    entries: Sequence[T_co]
    next_before_id: int | None


class AmbiguousError(ConflictError):
    """What was written can mean several issues: ``choices`` are their numbers."""

    def __init__(self, reference: str, choices: Sequence[str]) -> None:
        super().__init__(SEVERAL.format(reference=reference, numbers=" or ".join(choices)))
        self.choices = choices


async def my_page(session: AsyncSession, who: Bearer, wanted: Wanted) -> Page[PublicEntry]:
    """Return some of a customer's own issues.

    Raises:
        ForbiddenError: they are no customer there.
    """
    await _check_customer(session, who)
    one_more = replace(wanted, limit=wanted.limit + 1)
    entries = await browsing.issues_of_customer(session, who.organization_id, who.user.id, one_more)
    shown = entries[: wanted.limit]
    return Page(shown, shown[-1].ref.issue_id if len(entries) > wanted.limit else None)


async def whole_page(session: AsyncSession, who: Bearer, wanted: Wanted) -> Page[InternalEntry]:
    """Return some of all issues of the organization.

    Raises:
        ForbiddenError: they are none of the organization's people.
    """
    if not _sees_all(who):
        raise await _not_staff(session, who)
    one_more = replace(wanted, limit=wanted.limit + 1)
    entries = await browsing.issues_of_organization(session, who.organization_id, one_more)
    shown = entries[: wanted.limit]
    return Page(shown, shown[-1].entry.ref.issue_id if len(entries) > wanted.limit else None)


async def find_own(session: AsyncSession, who: Bearer, reference: str) -> IssueRef:
    """Return which of a customer's own issues is meant.

    Raises:
        NotFoundError: none of theirs. Whether somebody else has it is not said.
        ForbiddenError: it is theirs, but they are no customer there (any more).
        AmbiguousError: several are meant.
    """
    ref = _the_only(await _meant(session, who, reference, who.user.id), reference)
    await _check_customer(session, who)
    return ref


async def find_any(session: AsyncSession, who: Bearer, reference: str) -> IssueRef:
    """Return which issue of the organization is meant.

    Raises:
        NotFoundError: none of the organization's, or none that this person may know of.
        ForbiddenError: they may not see it as the organization's people do: it is their own.
        AmbiguousError: several are meant.
    """
    if _sees_all(who):
        return _the_only(await _meant(session, who, reference, None), reference)
    _the_only(await _meant(session, who, reference, who.user.id), reference)
    raise await _not_staff(session, who)


async def own_issue(session: AsyncSession, who: Bearer, reference: str) -> PublicPage:
    """Return all that a customer may see of their issue; raises as ``find_own``."""
    ref = await find_own(session, who, reference)
    shown = (await browsing.entry(session, ref)).entry
    facts = [each for each in await lives.timeline(session, ref) if each.what in PUBLIC_EVENTS]
    words = await conversations.public_words(session, ref)
    return PublicPage(entry=shown, words=words, events=[_public_event(each) for each in facts])


async def any_issue(session: AsyncSession, who: Bearer, reference: str) -> InternalPage:
    """Return all that there is of an issue; raises as ``find_any``."""
    ref = await find_any(session, who, reference)
    events = [
        InternalEvent(
            event=_public_event(each), actor_name=each.actor_name, assignee_name=each.assignee_name, door=each.door
        )
        for each in await lives.timeline(session, ref)
    ]
    words = await conversations.all_words(session, ref)
    shown, linear = await browsing.entry(session, ref), await linear_look(session, ref)
    return InternalPage(entry=shown, words=words, events=events, linear=linear)


async def linear_look(session: AsyncSession, ref: IssueRef) -> LinearLook | None:
    """Return what Linear says of an issue; None: it is not there. For the organization's people alone."""
    shadow = await linear_shadow.shadow_of(session, ref)
    if shadow is None:
        return None
    assignee = shadow.known.read.assignee
    return LinearLook(
        identifier=shadow.identifier,
        url=shadow.url,
        state_name=shadow.state_name,
        assignee_name=None if assignee is None else assignee.name,
        description=shadow.description,
        gone=shadow.gone,
        paused=shadow.paused,
        reasons=[
            FieldReason(field=one, why=reason.why, by=reason.by, at=reason.at)
            for one, reason in shadow.reasons.items()
        ],
    )


def _sees_all(who: Bearer) -> bool:
    return is_allowed(Action.SEE_TRIAGE, who.roles)


async def _meant(session: AsyncSession, who: Bearer, text: str, customer_user_id: int | None) -> list[Found]:
    reference = read_reference(text)
    if reference is None:
        return []
    return await browsing.find_issues(session, who.organization_id, reference, customer_user_id=customer_user_id)


def _the_only(found: Sequence[Found], reference: str) -> IssueRef:
    if not found:
        raise NotFoundError(NO_SUCH_ISSUE)
    if len(found) > 1:
        raise AmbiguousError(reference, [each.number for each in found])
    return found[0].ref


async def _check_customer(session: AsyncSession, who: Bearer) -> None:
    if Role.CUSTOMER not in who.roles:
        organization = await organizations.organization(session, who.organization_id)
        raise ForbiddenError(NOT_A_CUSTOMER.format(organization=organization.name))


async def _not_staff(session: AsyncSession, who: Bearer) -> ForbiddenError:
    organization = await organizations.organization(session, who.organization_id)
    return ForbiddenError(not_allowed(Action.SEE_TRIAGE, organization.name))


def _public_event(facts: EventFacts) -> PublicEvent:
    return PublicEvent(
        what=facts.what,
        was=facts.was,
        becomes=facts.becomes,
        by_customer=facts.by_customer,
        actor_first_name=facts.actor_first_name,
        assignee_first_name=facts.assignee_first_name,
        at=facts.at,
    )
