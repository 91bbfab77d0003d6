"""Whether a run proves what it is to prove: a storm in which little happened shows nothing."""

from collections.abc import Iterator, Mapping

from bot.domain.effects import EffectKind
from tests.faults.closing import ARCHIVED, REMOVED
from tests.faults.crowd import IN_SOME_ROUND, PASTED
from tests.faults.havoc import FROZEN, FROZEN_POSTING, KILLED
from tests.faults.plan import Outcome, Plan
from tests.faults.program_log import unexpected

# Before every third kill, something else happens.
KILLS_UNTIL_OTHERS = 3


def shortcomings(plan: Plan, outcome: Outcome) -> list[str]:
    """Return why a round proves less than its plan asks for, or shows the program worse than it is to be."""
    alone = too_few(outcome, plan.faults, plan.kills, plan.methods, plan.least) if plan.alone else []
    return [*alone, *_too_little(plan, outcome), *_slow(plan, outcome), *_loud(outcome)]


def too_few(
    outcome: Outcome, faults: int, kills: int, methods: frozenset[str], least: Mapping[str, int]
) -> list[str]:
    """Return why all rounds together prove less than was asked for."""
    some = {what: count for what, count in least.items() if what in IN_SOME_ROUND}
    return [*_counted(outcome, faults, kills), *_done(outcome, some), *_untouched(outcome, methods)]


def _done(outcome: Outcome, least: Mapping[str, int]) -> Iterator[str]:
    for what, count in least.items():
        if outcome.deeds[what] < count:
            yield f"{what}: only {outcome.deeds[what]}, not {count}"


def _counted(outcome: Outcome, faults: int, kills: int) -> Iterator[str]:
    if outcome.faults.total() < faults:
        yield f"only {outcome.faults.total()} of {faults} faults came"
    if outcome.blows[KILLED] < kills:
        yield f"only {outcome.blows[KILLED]} of {kills} kills came"


def _too_little(plan: Plan, outcome: Outcome) -> Iterator[str]:
    yield from _done(outcome, {what: count for what, count in plan.least.items() if what not in IN_SOME_ROUND})
    if not outcome.issues:
        yield "no issue is stored"
    if plan.least and not outcome.comments:
        yield "no comment is stored"
    if plan.least.get(PASTED) and outcome.deeds[PASTED] and not outcome.delivered[EffectKind.SLACK_TELL_VENDORS]:
        yield "vendors were told no note"
    if plan.all_hands and not outcome.taken:
        yield "nothing that engineers did in Linear was taken over"
    if plan.all_hands and not outcome.silences:
        yield "the webhook was never off for so long that the bot asked why"
    closed = outcome.blows[ARCHIVED] + outcome.blows[REMOVED]
    if closed < plan.closings or outcome.parked < plan.closings:
        yield f"a channel was closed {closed} times, not {plan.closings}, and {outcome.parked} lanes were parked"
    frozen = outcome.blows[FROZEN_POSTING] if plan.replicas > 1 else outcome.blows[FROZEN]
    if plan.kills >= KILLS_UNTIL_OTHERS and not frozen:
        yield "no replica was frozen"


def _untouched(outcome: Outcome, methods: frozenset[str]) -> Iterator[str]:
    for method in sorted(methods - outcome.methods_met):
        yield f"{method} {'never met a fault' if outcome.calls[method] else 'was never called'}"


def _slow(plan: Plan, outcome: Outcome) -> Iterator[str]:
    if plan.replicas > 1 and plan.kills and outcome.takeover is None:
        yield "no replica held anything when it was struck, so that nobody took over"
    yield from outcome.late


def _loud(outcome: Outcome) -> Iterator[str]:
    for complaint, count in unexpected(outcome.complaints, closes_channels=outcome.parked > 0).items():
        yield f"the program's log, {count} times: {' '.join(complaint).strip()}"
