"""Lists: whole, page by page, and narrowed."""

import base64
from typing import Any

import pytest

from bot.usecases.browse import NOT_A_CUSTOMER
from handlers.http.asked import WRONG_ASSIGNEE, WRONG_CURSOR
from handlers.http.examples import STAFF_ONLY
from tests.callers import ALL, MINE, Caller


async def ids(who: Caller, path: str, **params: Any) -> list[int]:
    answer = await who.get(path, **params)
    assert answer.status_code == 200, answer.text
    return [issue["id"] for issue in answer.json()["issues"]]


async def walk(who: Caller, path: str, **params: Any) -> list[list[int]]:
    """Return every page of a list."""
    pages, cursor = list[list[int]](), None
    while True:
        asked = params if cursor is None else {**params, "cursor": cursor}
        told = (await who.get(path, **asked)).json()
        pages.append([issue["id"] for issue in told["issues"]])
        cursor = told["next_cursor"]
        if cursor is None:
            return pages


def joined(pages: list[list[int]]) -> list[int]:
    return [issue for page in pages for issue in page]


@pytest.mark.parametrize("path", [MINE, ALL])
async def test_pages_hold_everything_once_the_newest_first(vera: Caller, path: str) -> None:
    raised = [(await vera.raises(str(number)))["id"] for number in range(7)]
    for limit in (1, 2, 3, 6, 7, 8, 100):
        pages = await walk(vera, path, limit=limit)
        assert joined(pages) == raised[::-1]
        assert all(len(page) == limit for page in pages[:-1])
        assert pages[-1]


async def test_a_list_without_issues_is_one_empty_page(vera: Caller) -> None:
    assert await walk(vera, MINE) == await walk(vera, ALL) == [[]]


async def test_what_is_raised_meanwhile_moves_nothing(vera: Caller) -> None:
    raised = [(await vera.raises(str(number)))["id"] for number in range(4)]
    first = (await vera.get(ALL, limit=2)).json()
    await vera.raises("meanwhile")
    assert await ids(vera, ALL, limit=2, cursor=first["next_cursor"]) == raised[1::-1]


async def test_fifty_come_unless_it_is_said_otherwise(vera: Caller) -> None:
    for number in range(51):
        await vera.raises(str(number))
    assert [len(page) for page in await walk(vera, ALL)] == [50, 1]
    assert [len(page) for page in await walk(vera, ALL, limit=100)] == [51]


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"limit": 0}, "limit must be 1 or more"),
    ({"limit": 101}, "limit must be 100 or less"),
    ({"limit": "many"}, "limit must be a whole number"),
    ({"limit": "9" * 5000}, "limit must be a whole number"),
    ({"status": "lost"}, "status must be one of 'open', 'in_progress', 'resolved' or 'closed'"),
    ({"priority": ""}, "priority must be one of 'low', 'medium', 'high' or 'urgent'"),
    ({"assignee": "nobody"}, WRONG_ASSIGNEE),
    ({"assignee": "-1"}, WRONG_ASSIGNEE),
    ({"assignee": "9" * 30}, WRONG_ASSIGNEE),
    ({"q": "x" * 201}, "q can have 200 characters at most"),
    ({"cursor": ""}, WRONG_CURSOR),
    ({"cursor": "nonsense"}, WRONG_CURSOR),
    ({"cursor": "\u00e9"}, WRONG_CURSOR),
    ({"cursor": "\x00"}, WRONG_CURSOR),
    ({"cursor": base64.urlsafe_b64encode(b"before:" + b"9" * 30).decode()}, WRONG_CURSOR),
    ({"cursor": base64.urlsafe_b64encode(b"before:\xff").decode()}, WRONG_CURSOR),
    ({"cursor": base64.urlsafe_b64encode(b"after:1").decode()}, WRONG_CURSOR),
]


async def test_what_cannot_be_asked_is_said(vera: Caller) -> None:
    for params, details in WRONG:
        for path in (MINE, ALL):
            answer = await vera.get(path, **params)
            assert answer.status_code == 400
            assert answer.json() == {"error": "Bad Request", "details": details}


async def test_lists_are_narrowed(vera: Caller, ada: Caller) -> None:
    bug = (await ada.raises("Export fails", priority="high", category="bug"))["id"]
    bill = (await ada.raises("A wrong bill", category="billing"))["id"]
    await vera.post(f"{ALL}{bug}/start/")
    expected: list[tuple[dict[str, Any], list[int]]] = [
        ({"status": "in_progress"}, [bug]),
        ({"status": "open"}, [bill]),
        ({"status": "closed"}, []),
        ({"priority": "high"}, [bug]),
        ({"category": "billing"}, [bill]),
        ({"category": "\x00billing"}, [bill]),
        ({"category": "weather"}, []),
        ({"assignee": "none"}, [bill]),
        ({"assignee": vera.user.id}, [bug]),
        ({"assignee": 999_999_999_999_999_999}, []),
        ({"status": "in_progress", "priority": "high", "assignee": vera.user.id, "q": "export"}, [bug]),
        ({"status": "in_progress", "priority": "low"}, []),
    ]
    for params, found in expected:
        assert await ids(vera, ALL, **params) == found, params
        assert await ids(ada, MINE, **params) == found, params
    assert await ids(vera, ALL, assignee="me") == [bug]
    assert await ids(ada, MINE, assignee="me") == []


async def test_a_filter_holds_from_page_to_page(vera: Caller) -> None:
    raised = [await vera.raises(str(number), priority="high" if number % 2 else "low") for number in range(8)]
    high = [issue["id"] for issue in raised if issue["priority"] == "high"]
    assert joined(await walk(vera, ALL, limit=1, priority="high")) == high[::-1]


SEARCHES = [
    ("export", True),
    ("EXPORT FAILS", True),
    ("it says", True),
    ("iss-2026-0001", True),
    ("\u00e4rger", True),
    ("\u00c4RGER", True),
    ("100%", True),
    ("100_", False),
    ("a_b", True),
    ("a%b", False),
    ("\\", False),
    ("%", True),
    ("import", False),
    ("\x00", True),
    ("  ", True),
    ("' OR '1'='1", False),
]


async def test_text_is_found_in_any_case_and_taken_literally(vera: Caller) -> None:
    issue = await vera.raises("Export fails: \u00c4rger", description="It says 100% a_b.")
    for q, found in SEARCHES:
        assert await ids(vera, ALL, q=q) == ([issue["id"]] if found else []), q


async def test_customers_see_their_own_and_the_organizations_people_all(
    ada: Caller, bo: Caller, vera: Caller, emil: Caller
) -> None:
    adas, bos = (await ada.raises())["id"], (await bo.raises())["id"]
    assert await ids(ada, MINE) == [adas]
    assert await ids(bo, MINE) == [bos]
    assert await ids(vera, MINE) == []
    assert await ids(vera, ALL) == await ids(emil, ALL) == [bos, adas]


async def test_customers_see_no_list_of_all_and_others_none_of_their_own(ada: Caller, emil: Caller) -> None:
    refused = await ada.get(ALL)
    assert (refused.status_code, refused.json()["details"]) == (403, STAFF_ONLY)
    refused = await emil.get(MINE)
    assert (refused.status_code, refused.json()["details"]) == (403, NOT_A_CUSTOMER.format(organization="Acme"))
