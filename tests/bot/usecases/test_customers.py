"""Which organization an operator means."""

from functools import partial

import pytest

from bot.errors import NotFoundError
from bot.usecases.customers import (
    AND_MORE,
    KNOWN_LIMIT,
    NO_ORGANIZATION,
    NOT_THERE,
    find_organization,
    list_customers,
)
from storage.transaction import Transaction
from tests.bot.usecases.town import register

pytestmark = pytest.mark.both_databases


async def _find(transaction: Transaction, key: str) -> int:
    return (await transaction.read(partial(find_organization, key=key))).id


@pytest.mark.parametrize("key", ["acme-gmbh", "Acme GmbH", " ACME-GMBH ", "acme gmbh"])
async def test_a_slug_or_a_name_finds_it(transaction: Transaction, key: str) -> None:
    await register(transaction)
    wanted = (await register(transaction, "Acme GmbH")).organization_id
    assert await _find(transaction, key) == wanted


async def test_an_id_goes_before_another_one_s_slug(transaction: Transaction) -> None:
    acme = (await register(transaction)).organization_id
    number = (await register(transaction, str(acme))).organization_id
    far = (await register(transaction, str(acme + 1000))).organization_id
    assert await _find(transaction, str(acme)) == acme
    assert await _find(transaction, str(number)) == number
    assert await _find(transaction, str(acme + 1000)) == far


@pytest.mark.parametrize(
    "key", ["globex", "", "0", "-1", "9" * 30, "٣", "²", "acme' OR 1=1", "%", "\ud83d", "a\x00b"]
)
async def test_one_that_is_not_there_is_said_with_those_that_are(transaction: Transaction, key: str) -> None:
    await register(transaction)
    await register(transaction, "Initech")
    with pytest.raises(NotFoundError) as refused:
        await _find(transaction, key)
    assert refused.value.sentence == NOT_THERE.format(key=key.strip(), known="acme, initech")


async def test_where_none_is_registered_that_is_said(transaction: Transaction) -> None:
    with pytest.raises(NotFoundError) as refused:
        await _find(transaction, "acme")
    assert refused.value.sentence == NO_ORGANIZATION
    assert await transaction.read(partial(list_customers, key=None)) == []


async def test_of_very_many_the_first_are_named(transaction: Transaction) -> None:
    for number in range(KNOWN_LIMIT + 2):
        await register(transaction, f"Org {number:02}", account=None)
    with pytest.raises(NotFoundError) as refused:
        await _find(transaction, "acme")
    assert f"org-{KNOWN_LIMIT - 1}{AND_MORE.format(count=2)}." in refused.value.sentence
    assert f"org-{KNOWN_LIMIT}," not in refused.value.sentence
