"""What is looked up in Linear once and remembered: who somebody is there, and which states a team has."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from bot.delivery.linear_ways import LinearCalls
from bot.domain.linear_team import LinearState
from storage import linear_people, organizations
from storage.transaction import Transaction

# How long it is remembered that nobody has an e-mail in Linear.
ABSENT_FOR = timedelta(days=1)


def read_states(answer: Mapping[str, Any]) -> list[LinearState]:
    """Return the states that Linear answered of a team."""
    nodes = answer["team"]["states"]["nodes"]
    return [LinearState(node["id"], node["name"], node["type"], node["position"]) for node in nodes]


class LinearLookups:
    """Looks things up.

    Args:
        linear: asks Linear.
        transaction: where it is remembered.
        clock: gives the time in UTC.
    """

    def __init__(self, linear: LinearCalls, transaction: Transaction, clock: Callable[[], datetime]) -> None:
        self._linear = linear
        self._transaction = transaction
        self._clock = clock

    async def person(self, organization_id: int, user_id: int) -> str | None:
        """Return who a user is in the organization's Linear, by e-mail; None: nobody.

        That costs one call for each e-mail, or one a day where nobody has it.

        Raises:
            DeliveryFailure: Linear does not tell.
        """
        email = await self._transaction.read(partial(linear_people.email_of, user_id=user_id))
        if email is None:
            return None
        look = partial(linear_people.looked_up, organization_id=organization_id, email=email)
        found, now = await self._transaction.read(look), self._clock()
        if found is not None and (found.linear_user_id is not None or now - found.looked_at < ABSENT_FOR):
            return found.linear_user_id
        nodes = (await self._linear.run(organization_id, "UserByEmail", {"email": email}))["users"]["nodes"]
        linear_user_id, name = (nodes[0]["id"], nodes[0]["name"]) if nodes else (None, None)

        async def remember(session: AsyncSession) -> None:
            await linear_people.remember(
                session, organization_id, email, linear_user_id=linear_user_id, name=name, now=now
            )

        await self._transaction.write(remember)
        return linear_user_id

    async def forget_person(self, organization_id: int, user_id: int) -> None:
        """Remember that Linear gives no work to a user: it refused the account that we knew."""

        async def remember(session: AsyncSession) -> None:
            email = await linear_people.email_of(session, user_id)
            if email is not None:
                await linear_people.remember(
                    session, organization_id, email, linear_user_id=None, name=None, now=self._clock()
                )

        await self._transaction.write(remember)

    async def states(self, organization_id: int, team_id: str) -> list[LinearState]:
        """Return a team's states, read anew.

        Raises:
            DeliveryFailure: Linear does not tell.
        """
        return read_states(await self._linear.run(organization_id, "TeamStates", {"teamId": team_id}))

    async def read_states_anew(self, organization_id: int, team_id: str) -> None:
        """Read a team's states anew, and remember them; raises as ``states``."""
        states = await self.states(organization_id, team_id)
        replace = partial(organizations.replace_linear_states, organization_id=organization_id, states=states)
        await self._transaction.write(replace)
