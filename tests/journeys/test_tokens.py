"""Tokens for the HTTP API, made and revoked by their owner in Slack: each is shown once, and nowhere else."""

import re
from functools import partial

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.people import ProfileKind
from bot.usecases.tokens import Bearer, bearer_of
from bot.views.token_modal import (
    COPY_IT,
    NEVER_USED,
    NEW_TOKEN,
    NO_ORGANIZATION,
    NO_TOKENS,
    REVOKED,
    REVOKED_ALREADY,
)
from handlers.slack.errors import UNEXPECTED_ELSEWHERE
from sandbox.slack import Person
from storage import tokens
from storage.tables import Base
from tests.journeys.asking import make, open_modal, seen
from tests.world import NOW, World, register


async def made(world: World, person: Person) -> str:
    """Press "Make a token" in the open list; returns the token as it is shown."""
    result = await person.submit()
    assert result.status == 200, result
    [token] = re.findall(r"thr_[\w-]{20,}", seen(world, person))
    return str(token)


async def bearer(world: World, token: str) -> Bearer | None:
    return await world.bot.transaction.read(partial(bearer_of, token=token))


async def everything_stored(world: World) -> str:
    """Return every value of every table."""

    async def read(session: AsyncSession) -> str:
        found = [str(row) for table in Base.metadata.sorted_tables for row in await session.execute(table.select())]
        return "\n".join(found)

    return await world.bot.transaction.read(read)


async def test_a_token_is_made_shown_once_listed_by_its_beginning_and_revoked(world: World) -> None:
    vera = await open_modal(world, world.company.vera, "token")
    assert NO_TOKENS in seen(world, vera)
    with structlog.testing.capture_logs() as logged:
        token = await made(world, vera)
    shown = seen(world, vera)
    assert NEW_TOKEN.format(organization="Acme") in shown
    assert f"```\n{token}\n```\n{COPY_IT}" in shown
    found = await bearer(world, token)
    assert found is not None
    assert (found.user, found.organization_id) == (world.acme.owner, world.acme.organization_id)

    # It is nowhere else: not in the rows, the log, or what the view carries about.
    assert token not in await everything_stored(world)
    assert token not in str(logged)
    assert vera.modal is not None
    assert not vera.modal.payload.get("private_metadata")
    again = await open_modal(world, world.company.vera, "token")
    assert f"{token[:8]}… · Acme · made 2026-11-22 12:00 UTC · {NEVER_USED}\n[Revoke]" in seen(world, again)
    assert token not in seen(world, again)

    assert again.modal is not None
    assert (await again.press(again.modal, "Revoke")).ok
    assert REVOKED in seen(world, again)
    assert NO_TOKENS in seen(world, again)
    assert await bearer(world, token) is None


async def test_times_are_shown_in_the_readers_zone(world: World) -> None:
    token = await made(world, await open_modal(world, world.company.vera, "token"))
    found = await bearer(world, token)
    assert found is not None
    await world.bot.transaction.write(partial(tokens.note_use, token_id=found.token_id, now=NOW))
    person = await open_modal(world, world.company.vera, "token")
    assert person.modal is not None
    dates = [
        part
        for block in person.modal.blocks
        if block["type"] == "rich_text"
        for part in block["elements"][0]["elements"]
        if part["type"] == "date"
    ]
    assert [date["timestamp"] for date in dates] == [int(NOW.timestamp())] * 2
    assert dates[1]["format"] == "{date_short_pretty} at {time}"
    assert "last used 2026-11-22 12:00 UTC" in seen(world, person)


async def test_each_token_has_its_own_button_and_one_is_revoked_twice_in_peace(world: World) -> None:
    for _ in range(3):
        await made(world, await open_modal(world, world.company.vera, "token"))
    one = await open_modal(world, world.company.vera, "token")
    two = await open_modal(world, world.company.vera, "token")
    assert one.modal is not None
    assert two.modal is not None
    assert seen(world, one).count("[Revoke]") == 3
    await one.press(one.modal, "Revoke", nth=1)
    assert REVOKED in seen(world, one)
    assert seen(world, one).count("[Revoke]") == 2
    await two.press(two.modal, "Revoke", nth=1)
    assert REVOKED_ALREADY in seen(world, two)
    assert seen(world, two).count("[Revoke]") == 2


async def test_nobody_sees_or_revokes_the_token_of_another(world: World) -> None:
    company = world.company
    await world.join(company.victor, ProfileKind.VENDOR)
    token = await made(world, await open_modal(world, company.vera, "token"))
    vera = await open_modal(world, company.vera, "token")
    assert vera.modal is not None
    await made(world, await open_modal(world, company.victor, "token"))
    victor = await open_modal(world, company.victor, "token")
    assert seen(world, victor).count("[Revoke]") == 1
    assert victor.modal is not None
    # A forged press: Victor's button names Vera's token.
    [theirs] = [block for block in vera.modal.blocks if block["type"] == "actions"]
    [own] = [block for block in victor.modal.blocks if block["type"] == "actions"]
    own["elements"][0]["value"] = theirs["elements"][0]["value"]
    await victor.press(victor.modal, "Revoke")
    assert REVOKED_ALREADY in seen(world, victor)
    assert await bearer(world, token) is not None


async def test_with_several_organizations_one_is_chosen(world: World) -> None:
    beta = await register(world.bot.transaction, world.company, "Beta", world.company.vera)
    person = await open_modal(world, world.company.vera, "token")
    assert "Organization" in person.labels()
    result = await person.submit()
    assert result.errors  # Slack's client itself asks for it
    person.choose("Organization", "Beta")
    found = await bearer(world, await made(world, person))
    assert found is not None
    assert found.organization_id == beta.organization_id


async def test_a_form_submitted_before_it_was_filled_asks_which_organization(world: World) -> None:
    await register(world.bot.transaction, world.company, "Beta", world.company.vera)
    person = await open_modal(world, world.company.vera, "token")
    assert person.modal is not None
    # As it stood before the look-up.
    person.modal.payload["blocks"] = [block for block in person.modal.blocks if block["type"] != "input"]
    person.modal.values.clear()
    assert (await person.submit()).status == 200
    assert "Organization" in person.labels()
    assert "thr_" not in seen(world, person)


async def test_a_stranger_can_make_none_and_who_is_switched_off_can_only_revoke(world: World) -> None:
    company = world.company
    stranger = await open_modal(world, company.bo, "token")
    assert NO_ORGANIZATION in seen(world, stranger)
    assert "[Make a token]" not in seen(world, stranger)

    await make(world, company.victor, "Vendor")
    early = await open_modal(world, company.victor, "token")
    token = await made(world, await open_modal(world, company.victor, "token"))
    await make(world, company.victor)
    found = await bearer(world, token)
    assert found is not None
    assert not found.roles
    # The form that was open before makes none either: the sentence lies above it.
    assert (await early.submit()).status == 200
    assert "thr_" not in seen(world, early)
    assert len(early.stack) == 2
    late = await open_modal(world, company.victor, "token")
    assert late.modal is not None
    assert "[Make a token]" not in seen(world, late)
    await late.press(late.modal, "Revoke")
    assert await bearer(world, token) is None


async def test_many_tokens_do_not_break_the_list(world: World) -> None:
    async def plant(session: AsyncSession) -> None:
        for number in range(40):
            await tokens.add_token(
                session,
                user_id=world.acme.owner.id,
                organization_id=world.acme.organization_id,
                token_hash=f"hash {number}",
                hint="thr_abcd",
                now=NOW,
            )

    await world.bot.transaction.write(plant)
    person = await open_modal(world, world.company.vera, "token")
    assert seen(world, person).count("[Revoke]") == 30
    assert "10 more" in seen(world, person)


async def test_what_goes_wrong_with_a_press_is_said_above_the_list(world: World) -> None:
    await made(world, await open_modal(world, world.company.vera, "token"))
    person = await open_modal(world, world.company.vera, "token")
    assert person.modal is not None
    [actions] = [block for block in person.modal.blocks if block["type"] == "actions"]
    actions["elements"][0]["value"] = "no number"
    assert (await person.press(person.modal, "Revoke")).ok
    below, above = person.stack
    assert UNEXPECTED_ELSEWHERE in world.company.slack.as_text(above)
    assert "[Revoke]" in world.company.slack.as_text(below)
