"""One issue: what each side sees of it, says about it, and does with it."""

from dataclasses import replace
from functools import partial
from typing import Any

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.conversation import COMMENT_LIMIT
from bot.domain.linear_seen import LinearPerson
from bot.domain.people import ProfileKind
from bot.usecases.browse import NOT_A_CUSTOMER, SEVERAL
from bot.usecases.refusals import IS_ALREADY, NO_SUCH_ISSUE, TAKEN, VENDORS_ONLY, YOURS
from handlers.http.examples import STAFF_ONLY
from storage import links, tables
from tests.callers import ALL, ME, MINE, Caller, caller, switch_off
from tests.storage.seeds import NOW
from tests.storage.talk import LINKED
from tests.world import World

DAY = 86_400
_VENDOR = (ProfileKind.VENDOR,)
SECRET = "They never pay on time."


async def page(who: Caller, base: str, issue: Any) -> dict[str, Any]:
    answer = await who.get(f"{base}{issue}/")
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


async def say(who: Caller, base: str, issue: Any, text: str, **more: Any) -> dict[str, Any]:
    answer = await who.post(f"{base}{issue}/comments/", {"text": text, **more})
    assert answer.status_code == 201, answer.text
    comment: dict[str, Any] = answer.json()["comment"]
    return comment


async def _rename(world: World, issue_id: int, number: str) -> None:
    async def rename(session: AsyncSession) -> None:
        await session.execute(update(tables.Issue).where(tables.Issue.id == issue_id).values(number=number))

    await world.bot.transaction.write(rename)


async def test_an_issue_is_found_by_its_id_and_by_its_number(ada: Caller, vera: Caller) -> None:
    for _ in range(2):
        issue = (await ada.raises())["id"]
    for base, who in ((MINE, ada), (ALL, vera)):
        for reference in (issue, "ISS-2026-0002", "iss-2026-0002", "2026-2", "ISS-0002", "0002", "iss-2"):
            assert (await page(who, base, reference))["issue"]["id"] == issue, reference


async def test_a_number_without_its_year_may_mean_several(
    world: World, ada: Caller, bo: Caller, vera: Caller
) -> None:
    adas, bos = (await ada.raises())["id"], (await bo.raises())["id"]
    await _rename(world, bos, "ISS-2027-0001")
    for path in (f"{ALL}0001/", f"{ALL}ISS-1/"):
        answer = await vera.get(path)
        assert answer.status_code == 409
        assert answer.json() == {
            "error": "Conflict",
            "details": SEVERAL.format(reference=path.rsplit("/", 2)[1], numbers="ISS-2026-0001 or ISS-2027-0001"),
            "choices": ["ISS-2026-0001", "ISS-2027-0001"],
        }
    assert (await vera.post(f"{ALL}0001/close/")).json()["choices"] == ["ISS-2026-0001", "ISS-2027-0001"]
    # Each customer has only one of them.
    assert (await page(ada, MINE, "0001"))["issue"]["id"] == adas
    assert (await page(bo, MINE, "0001"))["issue"]["id"] == bos
    assert (await page(vera, ALL, "2027-0001"))["issue"]["id"] == bos


async def test_a_customer_reads_what_is_public_and_nothing_else(ada: Caller, vera: Caller) -> None:
    issue = (await ada.raises())["issue_number"]
    said = await say(ada, MINE, issue, "It happens with\u0000 every file.\r\n")
    assert (said["text"], said["author"], said["by_customer"]) == ("It happens with every file.", "Ada", True)
    asked = await say(vera, ALL, issue, "Which browser?", visibility="public")
    assert (asked["visibility"], asked["author"], asked["by_customer"]) == ("public", "Vera Vendor", False)
    note = await say(vera, ALL, issue, SECRET)
    assert (note["visibility"], note["text"]) == ("internal", SECRET)
    await vera.post(f"{ALL}{issue}/start/")
    told = await ada.get(f"{MINE}{issue}/")
    assert [(comment["text"], comment["author"]) for comment in told.json()["comments"]] == [
        ("It happens with every file.", "Ada"),
        ("Which browser?", "Vera"),
    ]
    for hidden in (SECRET, "internal", "visibility", "Vera Vendor", "vera@", "origin", "door", "linear_data"):
        assert hidden not in told.text
    assert told.json()["issue"]["assignee"] == {"name": "Vera"}


async def test_vendors_read_everything(ada: Caller, vera: Caller, emil: Caller) -> None:
    issue = (await ada.raises())["id"]
    await say(ada, MINE, issue, "Hello")
    await say(emil, ALL, issue, SECRET)
    await vera.post(f"{ALL}{issue}/start/")
    told = await page(emil, ALL, issue)
    assert told["issue"]["customer"]["email"] == "ada@customer.example"
    assert told["issue"]["assignee"]["name"] == "Vera Vendor"
    assert [(comment["visibility"], comment["text"]) for comment in told["comments"]] == [
        ("public", "Hello"),
        ("internal", SECRET),
    ]
    assert [(event["what"], event["by"], event["becomes"]) for event in told["timeline"]] == [
        ("raised", "Ada Lovelace", "open"),
        ("started", "Vera Vendor", "in_progress"),
    ]
    assert told["issue"]["linear_data"] is None


async def test_the_history_is_told_to_customers_by_first_names(ada: Caller, vera: Caller) -> None:
    issue = (await ada.raises())["id"]
    for path in (f"{ALL}{issue}/claim/", f"{ALL}{issue}/start/", f"{ALL}{issue}/resolve/"):
        assert (await vera.post(path)).status_code == 200
    assert (await ada.post(f"{MINE}{issue}/confirm/")).json()["issue"]["status"] == "closed"
    told = (await page(ada, MINE, issue))["timeline"]
    assert [(event["what"], event["by"], event["by_customer"], event["assignee"]) for event in told] == [
        ("raised", "Ada", True, None),
        ("claimed", "Vera", False, "Vera"),
        ("started", "Vera", False, "Vera"),
        ("resolved", "Vera", False, "Vera"),
        ("confirmed", "Ada", True, "Vera"),
    ]
    assert [event["becomes"] for event in told] == ["open", "open", "in_progress", "resolved", "closed"]


async def test_who_has_the_next_word_follows_from_the_last_public_one(ada: Caller, vera: Caller) -> None:
    issue = (await ada.raises())["id"]

    async def waits() -> Any:
        return (await page(ada, MINE, issue))["issue"]["waiting_on"]

    assert await waits() is None
    await say(ada, MINE, issue, "Hello")
    assert await waits() == "us"
    await say(vera, ALL, issue, SECRET)
    assert await waits() == "us"
    await say(vera, ALL, issue, "Which browser?", visibility="public")
    assert await waits() == "customer"
    assert (await vera.get(ALL)).json()["issues"][0]["waiting_on"] == "customer"
    await ada.post(f"{MINE}{issue}/close/")
    assert await waits() is None


async def test_what_cannot_be_said_is_told(ada: Caller, vera: Caller) -> None:
    issue = (await ada.raises())["id"]
    wrong: list[tuple[Any, str]] = [
        ({}, "text is required"),
        ({"text": " \u200b "}, "text is required"),
        ({"text": "\u0000"}, "text is required"),
        ({"text": 1}, "text must be text"),
        ({"text": "x" * (COMMENT_LIMIT + 1)}, "text can have 40,000 characters at most"),
    ]
    for body, details in wrong:
        for who, base in ((ada, MINE), (vera, ALL)):
            answer = await who.post(f"{base}{issue}/comments/", body)
            assert answer.status_code == 400
            assert answer.json() == {"error": "Bad Request", "details": details}
    answer = await vera.post(f"{ALL}{issue}/comments/", {"text": "x", "visibility": "secret"})
    assert answer.json()["details"] == "visibility must be one of 'public' or 'internal'"
    assert (await page(vera, ALL, issue))["comments"] == []
    assert len((await say(ada, MINE, issue, "x" * COMMENT_LIMIT))["text"]) == COMMENT_LIMIT


async def test_a_customers_words_are_public_whatever_they_ask_for(ada: Caller, vera: Caller) -> None:
    issue = (await ada.raises())["id"]
    await say(ada, MINE, issue, "Hello", visibility="internal")
    assert [comment["visibility"] for comment in (await page(vera, ALL, issue))["comments"]] == ["public"]


async def test_what_the_status_does_not_allow_is_a_conflict_that_tells_it(ada: Caller, vera: Caller) -> None:
    issue = await ada.raises()
    number = issue["issue_number"]
    refused = await vera.post(f"{ALL}{number}/reopen/")
    assert refused.status_code == 409
    assert refused.json() == {
        "error": "Conflict",
        "details": IS_ALREADY.format(number=number, status="open"),
        "status": "open",
    }
    assert (await ada.post(f"{MINE}{number}/confirm/")).json()["status"] == "open"
    assert (await vera.post(f"{ALL}{number}/close/")).json()["issue"]["status"] == "closed"
    for action in ("claim", "start", "resolve", "close"):
        assert (await vera.post(f"{ALL}{number}/{action}/")).json()["status"] == "closed"
    assert (await ada.post(f"{MINE}{number}/reopen/")).json()["issue"]["status"] == "open"


async def test_a_refused_press_brings_the_messages_up_to_date(world: World, ada: Caller, vera: Caller) -> None:
    number = (await ada.raises())["issue_number"]
    await world.settle()
    edits = len(world.company.slack.calls_of("chat.update"))
    await vera.post(f"{ALL}{number}/reopen/")
    await world.settle()
    assert len(world.company.slack.calls_of("chat.update")) == edits + 1


async def test_an_issue_is_claimed_by_one(world: World, ada: Caller, vera: Caller) -> None:
    number = (await ada.raises())["issue_number"]
    assert (await vera.post(f"{ALL}{number}/claim/")).json()["issue"]["assignee"]["id"] == vera.user.id
    again = await vera.post(f"{ALL}{number}/claim/")
    assert again.json()["details"] == YOURS.format(number=number)
    other = await caller(vera.http, world, *_VENDOR, name="Victor")
    taken = await other.post(f"{ALL}{number}/claim/")
    assert (taken.status_code, taken.json()["details"]) == (409, TAKEN.format(assignee="Vera", number=number))


async def test_a_closed_issue_is_reopened_within_the_organizations_days(
    world: World, ada: Caller, vera: Caller
) -> None:
    issue = (await ada.raises())["id"]
    await vera.post(f"{ALL}{issue}/close/")
    world.clock.move(14 * DAY + 1)
    refused = await ada.post(f"{MINE}{issue}/reopen/")
    assert (refused.status_code, refused.json()["status"]) == (409, "closed")


async def test_employees_read_and_write_but_do_not_work_on_issues(ada: Caller, emil: Caller) -> None:
    issue = (await ada.raises())["id"]
    await say(emil, ALL, issue, "Hello", visibility="public")
    for action in ("claim", "start", "resolve", "reopen", "close"):
        refused = await emil.post(f"{ALL}{issue}/{action}/")
        assert refused.status_code == 403
        assert refused.json()["error"] == "Forbidden"
    assert (await emil.post(f"{ALL}{issue}/claim/")).json()["details"] == VENDORS_ONLY.format(organization="Acme")
    assert len((await page(emil, ALL, issue))["timeline"]) == 1


async def test_customers_do_not_see_their_issue_as_vendors_do_nor_whether_others_have_one(
    ada: Caller, bo: Caller
) -> None:
    adas, bos = (await ada.raises())["id"], (await bo.raises())["id"]
    for path in (f"{ALL}{adas}/", f"{ALL}{adas}/claim/", f"{ALL}{adas}/comments/"):
        answer = await (ada.get(path) if path.endswith(f"{adas}/") else ada.post(path, {"text": "Hello"}))
        assert (answer.status_code, answer.json()["details"]) == (403, STAFF_ONLY)
    for base in (ALL, MINE):
        for reference in (bos, "ISS-2026-0002", 999):
            answer = await ada.get(f"{base}{reference}/")
            assert (answer.status_code, answer.json()["details"]) == (404, NO_SUCH_ISSUE)


async def test_a_vendor_finds_customers_issues_at_the_vendors_door_alone(ada: Caller, vera: Caller) -> None:
    issue = (await ada.raises())["id"]
    assert (await vera.get(f"{MINE}{issue}/")).status_code == 404
    assert (await vera.post(f"{MINE}{issue}/close/")).status_code == 404
    assert (await vera.get(f"{ALL}{issue}/")).status_code == 200


async def test_a_customer_whose_profile_is_switched_off_has_nothing_left_there(world: World, ada: Caller) -> None:
    issue = (await ada.raises())["id"]
    await switch_off(world, tables.Profile, user_id=ada.user.id)
    sentence = NOT_A_CUSTOMER.format(organization="Acme")
    for answer in (
        await ada.get(MINE),
        await ada.get(f"{MINE}{issue}/"),
        await ada.post(f"{MINE}{issue}/close/"),
        await ada.post(f"{MINE}{issue}/comments/", {"text": "Hello"}),
    ):
        assert (answer.status_code, answer.json()["details"]) == (403, sentence)
    assert (await ada.get(f"{MINE}999/")).status_code == 404
    assert (await ada.get(ME)).json()["profiles"] == []


async def test_a_vendor_who_is_switched_off_works_no_more(world: World, ada: Caller, vera: Caller) -> None:
    issue = (await ada.raises())["id"]
    await switch_off(world, tables.Profile, user_id=vera.user.id, kind="vendor")
    assert (await vera.post(f"{ALL}{issue}/claim/")).status_code == 403
    assert (await vera.get(f"{ALL}{issue}/")).status_code == 200
    await switch_off(world, tables.Profile, user_id=vera.user.id, kind="employee")
    assert (await vera.get(f"{ALL}{issue}/")).status_code == 404
    assert (await vera.get(ALL)).status_code == 403


async def test_what_linear_says_is_for_the_organizations_people_alone(
    world: World, ada: Caller, vera: Caller
) -> None:
    issue = (await ada.raises())["id"]
    assert (await page(vera, ALL, issue))["linear"] is None
    dana = LinearPerson(id="dana", name="Dana Dev", email="dana@acme.example")
    known = replace(LINKED, title="Theirs", description=SECRET, priority=3, assignee=dana)
    link = partial(links.put_linear_issue, organization_id=world.acme.organization_id, issue_id=issue, new=known)
    await world.bot.transaction.write(partial(link, now=NOW))
    assert (await page(vera, ALL, issue))["linear"] == {
        "identifier": LINKED.identifier,
        "url": LINKED.url,
        "state": LINKED.state_name,
        "assignee": "Dana Dev",
        "description": SECRET,
    }
    told = await page(ada, MINE, issue)
    assert told["issue"]["assignee"] == {"name": "Dana"}
    assert SECRET not in str(told)
    assert "Theirs" not in str(told)
