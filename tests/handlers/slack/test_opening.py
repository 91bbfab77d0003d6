"""Views that open at once and are filled afterwards, through what can go wrong meanwhile."""

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from urllib.parse import parse_qsl

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.models.blocks import SectionBlock
from slack_sdk.models.views import View
from slack_sdk.web.async_client import AsyncWebClient
from structlog.testing import capture_logs

from bot.domain.people import SlackAccount
from bot.errors import ForbiddenError, NotFoundError, UnavailableError
from bot.views import ids
from bot.views.notes import note_modal
from bot.views.words import plain
from handlers.slack.acts import Act
from handlers.slack.opening import Fill, open_and_fill
from handlers.slack.parts import SlackParts
from handlers.tasks import TaskKeeper
from sandbox.faults import Fault, slack_rate_limit
from sandbox.slack import Person
from sandbox.slack.reading import block_as_text
from tests.world import World

FIRST, FILLED = "One moment", "Here it is"
REFUSED = "You may not."
TITLE = "Assign"


def modal(text: str) -> View:
    return note_modal([SectionBlock(text=plain(text))], title=TITLE)


async def words(text: str | None) -> View | None:
    return None if text is None else modal(text)


@dataclass
class Window:
    """Ada's window, and an act of hers that opened nothing yet."""

    person: Person
    act: Act

    async def open(self, fill: Fill) -> list[str]:
        """Open a view; returns what stands in the window once nothing goes on any more."""
        await open_and_fill(self.act, modal(FIRST), fill)
        await self.act.parts.tasks.finish()
        return self.shown()

    def shown(self) -> list[str]:
        """Return what the view in the window says."""
        view = self.person.modal
        return [] if view is None else [block_as_text(block) for block in view.blocks]


@pytest.fixture
async def window(world: World) -> Window:
    company = world.company
    person = company.slack.as_user(company.ada)
    outcome = await person.slash(company.intake, "/threadline", "help")
    assert outcome.delivery is not None
    sent = dict(parse_qsl(outcome.delivery.body.decode()))
    act = Act(
        parts=SlackParts(transaction=world.bot.transaction, clock=lambda: datetime.now(UTC), tasks=TaskKeeper()),
        client=AsyncWebClient(token=company.app.bot_token, base_url=company.slack.api_url, retry_handlers=[]),
        account=SlackAccount(company.team.id, company.ada.id),
        team_id=company.team.id,
        trigger_id=sent["trigger_id"],
        channel_id="",
    )
    return Window(person, act)


async def test_a_view_is_open_before_anything_is_looked_up(window: Window) -> None:
    seen: list[list[str]] = []

    async def fill() -> View | None:
        seen.append(window.shown())
        return modal(FILLED)

    assert await window.open(fill) == [FILLED]
    assert seen == [[FIRST]]


async def test_a_view_that_is_whole_already_is_left_as_it_is(window: Window, world: World) -> None:
    assert await window.open(partial(words, None)) == [FIRST]
    assert world.company.slack.calls_of("views.update") == []


@pytest.mark.parametrize("error", [ForbiddenError(REFUSED), NotFoundError(REFUSED)], ids=type)
async def test_a_refusal_takes_the_views_place_under_its_title(window: Window, error: Exception) -> None:
    async def refuse() -> View | None:
        raise error

    assert await window.open(refuse) == [REFUSED]
    view = window.person.modal
    assert view is not None
    assert view.payload["callback_id"] == ids.REFUSED_MODAL
    assert view.payload["title"]["text"] == TITLE


@pytest.mark.parametrize(
    ("error", "logged"),
    [
        (UnavailableError("away"), "a view stays as it was opened"),
        (KeyError("planted"), "a view could not be filled"),
        (TimeoutError(), "a view could not be filled"),
    ],
)
async def test_what_fails_otherwise_leaves_the_view_as_it_was_opened_and_is_logged(
    window: Window, error: Exception, logged: str
) -> None:
    async def fail() -> View | None:
        raise error

    with capture_logs() as lines:
        assert await window.open(fail) == [FIRST]
    assert [line["event"] for line in lines] == [logged]


async def test_a_view_that_was_closed_meanwhile_is_not_missed(window: Window) -> None:
    async def close_first() -> View | None:
        await window.person.close()
        return modal(FILLED)

    assert await window.open(close_first) == []


@pytest.mark.parametrize("fault", [Fault(drop=True), Fault(answer=slack_rate_limit(30))], ids=["lost", "429"])
async def test_a_view_that_slack_does_not_update_stays_usable(window: Window, world: World, fault: Fault) -> None:
    world.company.slack.faults.plant("views.update", fault)
    assert await window.open(partial(words, FILLED)) == [FIRST]


async def test_a_trigger_opens_one_view_within_three_seconds(window: Window, world: World) -> None:
    world.clock.move(3.1)
    with pytest.raises(SlackApiError, match="expired_trigger_id"):
        await window.open(partial(words, FILLED))
    assert window.shown() == []
