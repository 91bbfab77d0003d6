"""A run that shows less than it is to show is no good one, however good all looks that was seen."""

import json
import uuid
from collections import Counter
from collections.abc import Callable

import pytest

from bot.domain.effects import EffectKind
from sandbox.slack.records import Call
from tests.faults.closing import REMOVED
from tests.faults.crowd import COMMENTS, EDITS
from tests.faults.duplicates import find_duplicates
from tests.faults.havoc import FROZEN_POSTING, KILLED, POST
from tests.faults.judgement import shortcomings, too_few
from tests.faults.plan import LEAST, Outcome, Plan
from tests.faults.program_log import PARKED, Complaint, complaints_in, unexpected
from tests.faults.weather import DROPPED_AFTER, Met

METHODS = frozenset({POST, "IssueCreate"})
PLAN = Plan(seed=1, url="", replicas=2, faults=20, kills=5, methods=METHODS)
DELIVERY_SECONDS = 1.2


def a_good_one() -> Outcome:
    return Outcome(
        faults=Counter({Met(method, DROPPED_AFTER): 10 for method in METHODS}),
        calls=Counter(dict.fromkeys(METHODS, 100)),
        blows=Counter({KILLED: 5, FROZEN_POSTING: 1, REMOVED: 1}),
        delivered=Counter({EffectKind.SLACK_TELL_VENDORS: 1}),
        deeds=Counter(LEAST),
        parked=1,
        taken=5,
        silences=1,
        takeover=2.0,
        issues=3,
        comments=8,
    )


def test_a_good_one_is_good() -> None:
    outcome = a_good_one()
    outcome.unproven = shortcomings(PLAN, outcome) + too_few(outcome, PLAN.faults, PLAN.kills, METHODS, LEAST)
    assert outcome.unproven == []
    assert outcome.is_good


def spare(outcome: Outcome, method: str, calls: int) -> None:
    outcome.faults = Counter({met: 20 for met in outcome.faults if met.method != method})
    outcome.calls[method] = calls


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda it: it.faults.update({Met(POST, DROPPED_AFTER): -1}), "only 19 of 20 faults came"),
        (lambda it: it.blows.update({KILLED: -1}), "only 4 of 5 kills came"),
        (lambda it: it.deeds.update({EDITS: -1}), f"{EDITS}: only {LEAST[EDITS] - 1}, not {LEAST[EDITS]}"),
        (lambda it: it.deeds.pop(COMMENTS), f"{COMMENTS}: only 0, not {LEAST[COMMENTS]}"),
        (lambda it: setattr(it, "issues", 0), "no issue is stored"),
        (lambda it: setattr(it, "comments", 0), "no comment is stored"),
        (lambda it: it.delivered.clear(), "vendors were told no note"),
        (lambda it: setattr(it, "parked", 0), "a channel was closed 1 times, not 1, and 0 lanes were parked"),
        (lambda it: setattr(it, "taken", 0), "nothing that engineers did in Linear was taken over"),
        (lambda it: setattr(it, "silences", 0), "the webhook was never off for so long that the bot asked why"),
        (lambda it: it.blows.pop(FROZEN_POSTING), "no replica was frozen"),
        (lambda it: spare(it, POST, calls=7), f"{POST} never met a fault"),
        (lambda it: spare(it, POST, calls=0), f"{POST} was never called"),
        (lambda it: setattr(it, "takeover", None), "no replica held anything when it was struck"),
        (lambda it: it.late.append("a takeover took 9.0 s"), "a takeover took 9.0 s"),
        (lambda it: it.complaints.update([Complaint("failed", "KeyError")]), "the program's log, 1 times: failed"),
    ],
)
def test_each_shortcoming_is_told(spoil: Callable[[Outcome], object], words: str) -> None:
    outcome = a_good_one()
    spoil(outcome)
    [told] = shortcomings(PLAN, outcome)
    assert told.startswith(words)
    outcome.unproven.append(told)
    assert not outcome.is_good


LOG = """\
2026-11-28T18:13:09.150989Z [info     ] Threadline is ready database=sqlite
2026-11-28T18:13:09.150989Z [error    ] failed
Traceback (most recent call last):
  File "app.py", line 9, in <module>
    f()
ValueError: some text

The above exception was the direct cause of the following exception:

Traceback (most recent call last):
  File "app.py", line 12, in <module>
bot.errors.UnavailableError: away
2026-11-28T18:13:09.151983Z [error    ] effect cannot be delivered; its lane is blocked effect=x kind=post
2026-11-28T18:13:09.152024Z [warning  ] nothing of it a=1
2026-11-28T18:13:09.152185Z [critical ] Task exception was never retrieved
KeyError: 'k'
"""


def test_what_the_log_says_of_the_unexpected_is_read() -> None:
    never = Complaint("Task exception was never retrieved", "KeyError")
    found = complaints_in(LOG.splitlines(keepends=True))
    assert found == {Complaint("failed", "bot.errors.UnavailableError"): 1, PARKED: 1, never: 1}
    assert unexpected(found, closes_channels=True) == {never: 1}
    assert unexpected(found, closes_channels=False) == {PARKED: 1, never: 1}


def test_that_an_answer_is_given_up_when_it_is_stopped_is_explained() -> None:
    words = "Cancel 2 running task(s), timeout graceful shutdown exceeded"
    given_up = Complaint("Exception in ASGI application", "asyncio.exceptions.CancelledError")
    other = Complaint("Exception in ASGI application", "KeyError")
    found = Counter({Complaint(words, ""): 1, given_up: 1, other: 1})
    assert unexpected(found, closes_channels=False) == {other: 1}


ONE, OTHER = uuid.UUID(int=1), uuid.UUID(int=2)


def post(at: float, stands_at: float, *ids: uuid.UUID) -> Call:
    first, *also = map(str, ids)
    payload = {"id": first, "also": ",".join(also)} if also else {"id": first}
    metadata = json.dumps({"event_type": "threadline_effect", "event_payload": payload})
    return Call(POST, {"metadata": metadata}, at, ok=True, response={"ts": f"{stands_at:.6f}"})


@pytest.mark.parametrize(
    ("calls", "frozen", "late", "unexplained"),
    [
        ([post(1, 1, ONE), post(2, 2, OTHER)], 0, 0, 0),
        # Its answer was lost, and it was posted again: it could have been found.
        ([post(1, 1, ONE), post(4, 4, ONE)], 0, 0, 1),
        # It acted after it had been looked for.
        ([post(1, 6, ONE), post(4, 4, ONE)], 0, 1, 0),
        # It acted late, and stood there long before.
        ([post(1, 2.6, ONE), post(8, 8, ONE)], 0, 0, 1),
        # It was under way when its replica was frozen.
        ([post(1, 1, OTHER), post(4, 4, OTHER)], 1, 0, 0),
        # What another message carried out already.
        ([post(1, 1, ONE), post(4, 4, uuid.UUID(int=3), ONE)], 0, 0, 1),
        # Only the second of the first two acted late.
        ([post(1, 1, ONE), post(4, 9, ONE), post(7, 7, ONE)], 0, 0, 2),
    ],
)
def test_what_explains_a_message_that_came_twice(
    calls: list[Call], frozen: int, late: int, unexplained: int
) -> None:
    found = find_duplicates(calls, {OTHER}, DELIVERY_SECONDS)
    assert (len(found.frozen), len(found.late), len(found.unexplained)) == (frozen, late, unexplained)
    assert found.total == frozen + late + unexplained
