"""What Linear tells again is a double, unless it was not carried through the first time."""

from functools import partial

import pytest

from bot.domain.linear_told import Heard, Served
from handlers.linear.carrying import DOOR_KEYS
from handlers.linear.carrying import remembered as remembered_body
from storage import inbox
from storage.inbox import Undone
from tests.handlers.linear.deliveries import Sender
from tests.handlers.linear.test_webhook import SECRET, counted, remembered, told_of
from tests.world import World


@pytest.mark.parametrize("given_up", [False, True])
async def test_what_was_not_carried_through_is_when_linear_tells_it_again(
    world: World,
    sender: Sender,
    given_up: bool,  # noqa: FBT001
) -> None:
    done = {"state": {"id": "s-9", "name": "Done", "type": "completed"}, "updatedAt": "2030-01-01T00:00:00.000Z"}
    told, key = told_of(world, **done), f"{DOOR_KEYS}told-twice"
    # The program ended in between.
    body = remembered_body(told, Served(), apply=True)
    await world.bot.transaction.write(partial(inbox.remember, key=key, body=body, now=world.bot.clock()))
    if given_up:
        await world.bot.transaction.write(partial(inbox.give_up, key=key, error="the program ended each time"))
    world.clock.move(60)
    # The id is not signed, so the words under it are those that were remembered.
    other = told_of(world, title=SECRET)
    assert (await sender.send(other, headers={"Linear-Delivery": "told-twice"})).status_code == 200
    assert await counted(world, Heard.APPLIED) == 1
    assert await world.bot.transaction.read(inbox.undone) == Undone(waiting=0, given_up=0)
    before = await remembered(world)
    assert (await sender.send(other, headers={"Linear-Delivery": "told-twice"})).status_code == 200
    assert await counted(world, Heard.DOUBLED) == 1
    assert await remembered(world) == before
