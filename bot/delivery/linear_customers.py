"""The customers of issues, where the Linear workspace has customers at all."""

from datetime import timedelta
from functools import partial
from typing import Any

import httpx

from bot.delivery.failures import is_conflict, is_feature_missing, is_gone, linear_failure
from bot.delivery.linear_api import LinearError
from bot.delivery.linear_comments import NOT_IN_LINEAR
from bot.delivery.linear_issues import Clock
from bot.delivery.linear_ways import LinearCalls
from bot.delivery.worker import Record
from bot.domain.effects import Effect
from bot.domain.issues import Priority
from bot.domain.retry import AlreadyDone
from storage import linear_comments, linear_customers
from storage.linear_customers import Need
from storage.transaction import Transaction

NO_CUSTOMERS = "the Linear workspace has no customers"
PROBED_FOR = timedelta(days=1)
_IMPORTANT = {Priority.HIGH, Priority.URGENT}


class LinearCustomers:
    """Records in Linear whose issue it is.

    Args:
        linear: asks Linear.
        transaction: state is read at the moment of sending.
        clock: gives the time in UTC.
    """

    def __init__(self, linear: LinearCalls, transaction: Transaction, *, clock: Clock) -> None:
        self._linear = linear
        self._transaction = transaction
        self._clock = clock

    async def record_need(self, effect: Effect) -> Record:
        """Record the issue's customer with the Linear issue, under the effect's own id.

        Raises:
            DeliveryFailure: it was not done, or maybe. Where there are no customers, it is ``AlreadyDone``.
        """
        one = await self._transaction.read(partial(linear_comments.follower, ref=effect.ref))
        if one is None:
            raise AlreadyDone(NOT_IN_LINEAR)
        if not await self._has_customers(effect.organization_id):
            raise AlreadyDone(NO_CUSTOMERS)
        need = await self._transaction.read(partial(linear_customers.need_of, ref=effect.ref))
        if need.need_id is not None:
            raise AlreadyDone("the customer is recorded")
        try:
            await self._create(effect, one.linear_id, need)
        except LinearError as error:
            if is_feature_missing(error):
                await self._set_customers(effect.organization_id, has=False)
                raise AlreadyDone(NO_CUSTOMERS) from error
            raise linear_failure(error) from error
        except httpx.TransportError as error:
            raise linear_failure(error) from error
        return partial(linear_customers.set_need, ref=effect.ref, need_id=str(effect.id))

    async def _has_customers(self, organization_id: int) -> bool:
        since = self._clock() - PROBED_FOR
        look = partial(linear_customers.has_customers, organization_id=organization_id, since=since)
        known = await self._transaction.read(look)
        if known is not None:
            return known
        answer = await self._linear.run(organization_id, "Capabilities", {})
        has = bool(answer["organization"]["customersEnabled"])
        await self._set_customers(organization_id, has=has)
        return has

    async def _set_customers(self, organization_id: int, *, has: bool) -> None:
        put = partial(linear_customers.set_customers, organization_id=organization_id, at=self._clock(), has=has)
        await self._transaction.write(put)

    async def _create(self, effect: Effect, linear_id: str, need: Need) -> None:
        customer_id = need.linear_customer_id or await self._customer(effect.organization_id, need)
        wanted: dict[str, Any] = {
            "id": str(effect.id),
            "customerId": customer_id,
            "issueId": linear_id,
            "priority": 1 if need.priority in _IMPORTANT else 0,
        }
        try:
            await self._linear.try_to_run(effect.organization_id, "CustomerNeedCreate", {"input": wanted})
        except LinearError as error:
            if is_conflict(error, "CustomerNeed", str(effect.id)):
                return
            if not is_gone(error) or need.linear_customer_id is None:
                raise
            # Somebody deleted the customer there: it is made anew.
            wanted["customerId"] = await self._customer(effect.organization_id, need)
            await self._linear.try_to_run(effect.organization_id, "CustomerNeedCreate", {"input": wanted})

    async def _customer(self, organization_id: int, need: Need) -> str:
        """Return who the customer is in Linear, found by our own id: never by an e-mail's domain."""
        wanted = {"externalId": f"{need.slug}:{need.record_id}", "name": need.customer_name}
        data = await self._linear.try_to_run(organization_id, "CustomerUpsert", {"input": wanted})
        found = str(data["customerUpsert"]["customer"]["id"])
        keep = partial(
            linear_customers.set_linear_customer,
            organization_id=organization_id,
            record_id=need.record_id,
            linear_customer_id=found,
        )
        await self._transaction.write(keep)
        return found
