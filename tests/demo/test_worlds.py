"""The company of the demo: founded, kept, found again."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from sandbox.company import Company
from sandbox.demo.place import Place, taken
from sandbox.demo.running import Asked, open_worlds, read_manifest
from sandbox.demo.words import ALONE, KEPT
from sandbox.demo.worlds import SNAPSHOTS, Outside, found, keep, recall, serving
from sandbox.faults import Faults


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    with taken(tmp_path / "demo") as opened:
        yield opened


async def _kept(place: Place) -> Company:
    """Let something happen in a company, and keep it."""
    async with serving(Faults(), Faults()) as outside:
        company = found(outside, read_manifest())
        ada = company.slack.as_user(company.ada)
        said = await ada.post(company.intake, "Good *morning*")
        await company.slack.as_user(company.vera).post(company.intake, "Hello Ada", thread=said)
        dana = company.linear.as_user(company.dana)
        team = next(team for team in company.linear.state()["teams"] if team["name"] == "Acme")
        issue = dana.raise_issue(_Named(team["id"]), "Look into it", "Soon.")
        dana.comment(issue, "I do.")
        dana.move(issue, "In Progress")
        keep(company, place)
        return company


class _Named:
    def __init__(self, one: str) -> None:
        self.id = one


def _again(
    outside: Outside, place: Place, *, fresh: bool = False, no_data: bool = False
) -> tuple[Company, bool, list[str]]:
    said: list[str] = []
    company, is_new = open_worlds(Asked(fresh=fresh, no_data=no_data), place, outside, said.append)
    return company, is_new, said


async def test_everything_is_found_again_in_another_slack_and_linear(place: Place) -> None:
    before = await _kept(place)
    async with serving(Faults(), Faults()) as outside:
        company, is_new, said = _again(outside, place)
        assert (is_new, said) == (False, [])
        [message] = company.slack.messages(company.intake)
        assert company.slack.as_text(message) == before.slack.as_text(before.slack.messages(before.intake)[0])
        assert [one.text for one in company.slack.replies(message)] == ["Hello Ada"]
        [issue] = company.linear.issues()
        assert (issue.identifier, issue.state, issue.comments[0].body) == ("ACM-1", "In Progress", "I do.")
        assert company.settings() | {"slack_api_url": "", "linear_api_url": ""} == (
            before.settings() | {"slack_api_url": "", "linear_api_url": ""}
        )
        # What is made now has other ids than what was made then.
        more = await company.slack.as_user(company.ada).post(company.intake, "Once more")
        assert more.ts != message.ts
        issue = company.linear.as_user(company.dana).rename(issue, "Look into it soon")
        assert issue.title == "Look into it soon"
        assert len({one.id for one in company.linear.webhooks.deliveries}) == len(
            company.linear.webhooks.deliveries
        )


async def test_the_app_is_what_its_manifest_says_by_now(place: Place) -> None:
    await _kept(place)
    async with serving(Faults(), Faults()) as outside:
        company = recall(
            outside, {"features": {"slash_commands": [{"command": "/new"}]}}, place.read_worlds() or ""
        )
        assert list(company.app.config.commands) == ["/new"]


@pytest.mark.parametrize(
    "text", ["{", "{}", SNAPSHOTS.write({"slack": {}, "linear": {}}), SNAPSHOTS.write(None), SNAPSHOTS.write([1])]
)
async def test_what_cannot_be_read_is_laid_aside_and_said(place: Place, text: str) -> None:
    place.write_worlds(text)
    place.database.write_text("of that Slack", "utf-8")
    async with serving(Faults(), Faults()) as outside:
        company, is_new, [said] = _again(outside, place)
        assert is_new
        assert company.slack.messages(company.intake) == []
    [aside] = [path for path in place.folder.parent.iterdir() if path.name.startswith("demo-")]
    assert str(aside) in said
    assert (aside / "worlds.json").read_text("utf-8") == text
    assert not place.database.exists()


async def test_a_database_without_its_slack_is_of_no_use(place: Place) -> None:
    place.database.write_text("of another Slack", "utf-8")
    async with serving(Faults(), Faults()) as outside:
        assert _again(outside, place)[1:] == (True, [ALONE])
    assert not place.database.exists()


async def test_fresh_forgets_and_no_data_says_that_it_does_not(place: Place) -> None:
    await _kept(place)
    async with serving(Faults(), Faults()) as outside:
        assert _again(outside, place, no_data=True)[1:] == (False, [KEPT])
    async with serving(Faults(), Faults()) as outside:
        assert _again(outside, place, fresh=True, no_data=True)[1:] == (True, [])
