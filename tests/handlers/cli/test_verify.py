"""How a check speaks."""

from datetime import timedelta

import pytest

from bot.errors import NotFoundError, UnavailableError
from bot.usecases.check_organization import PLAN
from bot.usecases.findings import (
    SEE_DATABASE,
    SEE_LOG,
    UNEXPECTED,
    Finding,
    Outcome,
    WrongError,
    counted,
    duration,
    failed,
)
from handlers.cli.verify import FIX, finding_text, plan_text
from tests.handlers.cli.test_customers import ACME


def test_the_plan_names_every_step_once_with_its_number() -> None:
    lines = plan_text(ACME).splitlines()
    assert "Acme" in lines[0]
    assert lines[1 : len(PLAN) + 1] == [f"{number:>4}. {step}" for number, step in enumerate(PLAN, 1)]
    assert len(set(PLAN)) == len(PLAN)


def test_a_step_is_a_line_and_what_helps_a_second_one() -> None:
    well = Finding(step="Look", detail="2 channels")
    assert finding_text(well).endswith("Look: 2 channels")
    assert "ok" in finding_text(well)
    assert finding_text(Finding(step="Look")).endswith("Look")
    bad = Finding(step="Look", outcome=Outcome.FAILED, detail="“\x1b[2J”", fix="Do this.")
    assert finding_text(bad).endswith(f"Look: “[2J”\n         {FIX}Do this.")


@pytest.mark.parametrize(
    ("error", "detail", "fix"),
    [
        (WrongError("it was another one", "Look."), "it was another one", "Look."),
        (UnavailableError("Away."), "Away.", SEE_DATABASE),
        (NotFoundError("Not there."), "Not there.", SEE_LOG),
        (ValueError("first line\nsecond"), UNEXPECTED.format(reason="first line"), SEE_LOG),
        (ValueError(), UNEXPECTED.format(reason="ValueError"), SEE_LOG),
    ],
)
def test_a_failure_has_its_reason_and_its_fix(error: Exception, detail: str, fix: str) -> None:
    assert failed("Look", error) == Finding(step="Look", outcome=Outcome.FAILED, detail=detail, fix=fix)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (-1, "0 seconds"),
        (0.9, "0 seconds"),
        (1, "1 second"),
        (59, "59 seconds"),
        (60, "1 minute"),
        (7199, "1 hour"),
        (7200, "2 hours"),
        (86_400, "1 day"),
        (900_000, "10 days"),
    ],
)
def test_a_time_is_said_in_its_largest_unit(seconds: float, words: str) -> None:
    assert duration(timedelta(seconds=seconds)) == words


def test_one_thing_is_one_and_others_are_many() -> None:
    assert [counted(count, "row") for count in (0, 1, 2)] == ["0 rows", "1 row", "2 rows"]
