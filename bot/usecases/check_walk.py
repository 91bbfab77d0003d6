"""The way of a new customer, step by step, through the use cases that every door calls."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from functools import partial

from bot.domain.effects import Destination, issue_lane
from bot.domain.issues import Draft, check, tidy
from bot.domain.organizations import Organization
from bot.domain.people import ProfileKind, SlackAccount, SlackMember, User
from bot.errors import NotFoundError
from bot.usecases.customers import find_organization
from bot.usecases.findings import SEE_LOG, WrongError
from bot.usecases.my_issues import my_issues
from bot.usecases.raise_issue import raise_issue
from bot.usecases.recognize import recognize
from bot.usecases.store_issues import Raised, RaiseRequest
from storage import channels, outbox, people
from storage.transaction import Transaction

CHECKS_NAME = "Threadline check"
TITLE = "Threadline check: please ignore"
TEAM, DOOR = "threadline-check", "check"

RECOGNIZE = f"Recognize a new customer, called “{CHECKS_NAME}”"
PROFILE = "Give them a customer profile"
CREATE = "Create their customer record"
EXISTING = "Ask for it again: it is the same record"
RAISE = "Raise an issue for them"
LISTED = "Find the issue among theirs"
QUEUED = "Find its deliveries in the queue"
SAME_KEY = "Raise it again with the same key: it is the same issue"
NO_TITLE = "Raise one without a title: it is refused"
UNKNOWN = "Raise one with an unknown organization: it is refused"
WALK_STEPS = (RECOGNIZE, PROFILE, CREATE, EXISTING, RAISE, LISTED, QUEUED, SAME_KEY, NO_TITLE, UNKNOWN)

WOULD_BE = "it would be {number}"
NOT_NEW = "there was one already"
NOT_THE_SAME = "it was another one"
NOT_FOUND = "it was not there"
NOT_REFUSED = "it was not refused"


class Walk:
    """One new customer's way. Each step rests on those before it, and returns what there is to say of it.

    Args:
        transaction: where it happens; a rehearsal, so that nothing of it is kept.
        organization: with which the customer raises an issue.
        mark: stands in what is made, and nowhere else.
        now: the time, in UTC.
    """

    user: User
    record_id: int
    raised: Raised

    def __init__(self, transaction: Transaction, organization: Organization, mark: str, now: datetime) -> None:
        self._transaction = transaction
        self._organization = organization
        self._mark = mark
        self._now = now
        self._account = SlackAccount(TEAM, mark)

    def steps(self) -> dict[str, Callable[[], Awaitable[str]]]:
        """Return the steps in their order, each under its words."""
        works = (
            *(self._recognize, self._give_profile, self._create_record, self._ask_again),
            *(self._raise, self._list, self._look_into_queue, self._raise_again),
            *(self._leave_title_out, self._name_nobody),
        )
        return dict(zip(WALK_STEPS, works, strict=True))

    async def _recognize(self) -> str:
        member = SlackMember(
            account=self._account,
            seen_by_team_id=TEAM,
            email=None,
            email_confirmed=False,
            first_name=CHECKS_NAME,
            last_name=self._mark,
            guest=False,
            bot=False,
            deleted=False,
        )
        self.user = await self._transaction.write(partial(recognize, member=member, now=self._now))
        return ""

    async def _give_profile(self) -> str:
        user_id, organization_id = self.user.id, self._organization.id
        give = partial(
            people.add_profiles, user_id=user_id, organization_id=organization_id, kinds=[ProfileKind.CUSTOMER]
        )
        await self._transaction.write(partial(give, now=self._now))
        if not await self._transaction.read(
            partial(people.has_customer_profile, user_id=user_id, organization_id=organization_id)
        ):
            raise WrongError(NOT_FOUND, SEE_LOG)
        return ""

    async def _create_record(self) -> str:
        self.record_id, added = await self._get_or_add_record()
        if not added:
            raise WrongError(NOT_NEW, SEE_LOG)
        return ""

    async def _ask_again(self) -> str:
        # The second time it is the database's own rule, one record for a user and an organization, that answers.
        if await self._get_or_add_record() != (self.record_id, False):
            raise WrongError(NOT_THE_SAME, SEE_LOG)
        return ""

    async def _get_or_add_record(self) -> tuple[int, bool]:
        work = partial(people.get_or_add_customer_record, user_id=self.user.id, now=self._now)
        return await self._transaction.write(partial(work, organization_id=self._organization.id))

    async def _raise(self) -> str:
        self.raised = await self._raise_marked()
        if self.raised.issue.customer_record_id != self.record_id:
            raise WrongError(NOT_THE_SAME, SEE_LOG)
        return WOULD_BE.format(number=self.raised.issue.number)

    async def _raise_marked(self) -> Raised:
        links = await self._transaction.read(partial(channels.intake_links, organization_id=self._organization.id))
        request = RaiseRequest(
            user=self.user,
            account=self._account,
            organization=self._organization,
            origin=links[0] if links else None,
            draft=tidy(Draft(title=TITLE)),
            raise_key=self._mark,
            door=DOOR,
        )
        return await raise_issue(self._transaction, request, self._now)

    async def _list(self) -> str:
        mine = await self._transaction.read(partial(my_issues, account=self._account))
        if list(mine.issues) != [self.raised.issue]:
            raise WrongError(NOT_FOUND, SEE_LOG)
        return ""

    async def _look_into_queue(self) -> str:
        issue = self.raised.issue
        for destination in (Destination.LINEAR, Destination.CUSTOMER):
            lane = issue_lane(issue.organization_id, issue.id, destination)
            if not await self._transaction.read(partial(outbox.is_waiting, lane=lane)):
                raise WrongError(NOT_FOUND, SEE_LOG)
        return ""

    async def _raise_again(self) -> str:
        if await self._raise_marked() != self.raised:
            raise WrongError(NOT_THE_SAME, SEE_LOG)
        return ""

    async def _leave_title_out(self) -> str:
        if not check(tidy(Draft(title=" "))):
            raise WrongError(NOT_REFUSED, SEE_LOG)
        return ""

    async def _name_nobody(self) -> str:
        try:
            await self._transaction.read(partial(find_organization, key=self._mark))
        except NotFoundError:
            return ""
        raise WrongError(NOT_REFUSED, SEE_LOG)
