"""Before Bolt hands on the first request it asks Slack who we are: where Slack does not tell, nothing is taken."""

from collections.abc import Callable

import pytest

from handlers.slack.errors import UNEXPECTED_ELSEWHERE
from sandbox.faults import Fault, broken_answer, slack_rate_limit
from tests.world import World, open_world

UNTOLD = [Fault(answer=broken_answer()), Fault(answer=slack_rate_limit(1)), Fault(drop=True)]
KINDS = ["broken", "asked to wait", "dropped"]


@pytest.mark.parametrize("fault", UNTOLD, ids=KINDS)
async def test_an_event_is_not_acknowledged_and_is_taken_when_it_is_told_again(world: World, fault: Fault) -> None:
    company, slack = world.company, world.company.slack
    # aiohttp asks once more by itself after a lost connection.
    slack.faults.plant("auth.test", fault, fault)
    await slack.as_user(company.ada).post(company.intake, "Hello")
    await slack.quiet()
    [told] = slack.deliveries
    assert told.status == 503
    while slack.faults.take("auth.test"):
        pass
    assert await slack.retry_events() == 1
    assert slack.deliveries[-1].ok


@pytest.mark.parametrize("fault", UNTOLD, ids=KINDS)
async def test_a_command_fails_in_words_and_works_when_it_is_typed_again(world: World, fault: Fault) -> None:
    company, slack = world.company, world.company.slack
    slack.faults.plant("auth.test", fault, fault)
    person = slack.as_user(company.ada)
    await person.slash(company.intake, "/raise-issue")
    assert person.modal is None
    [words] = [slack.as_text(message) for message in person.ephemerals]
    assert "/raise-issue failed" in words or UNEXPECTED_ELSEWHERE in words
    while slack.faults.take("auth.test"):
        pass
    assert (await person.slash(company.intake, "/raise-issue")).ok
    assert person.modal is not None


@pytest.mark.parametrize("fault", UNTOLD, ids=KINDS)
async def test_over_a_socket_an_event_is_not_acknowledged_either(
    new_sqlite: Callable[[], str], fault: Fault
) -> None:
    async with open_world(new_sqlite(), socket_mode=True, ack_seconds=1) as world:
        company, slack = world.company, world.company.slack
        slack.faults.plant("auth.test", fault, fault)
        await slack.as_user(company.ada).post(company.intake, "Hello")
        await slack.quiet()
        assert slack.deliveries[-1].timed_out
        while slack.faults.take("auth.test"):
            pass
        assert await slack.retry_events() == 1
        assert slack.deliveries[-1].ok
