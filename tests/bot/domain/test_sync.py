"""Who wins where we and Linear differ: as a table, field by field."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.effects import LinearField
from bot.domain.issues import IssueRef, Priority, Status
from bot.domain.linear_seen import LinearPerson
from bot.domain.sync import (
    AT_ONCE,
    FIRST_READ,
    LINEAR_LATER,
    NO_WAY_THERE,
    NOT_WELCOME,
    ONLY_LINEAR,
    ONLY_WE,
    OUR_DOING,
    OUR_OLD_WORDS,
    OURS_LATER,
    OURS_STANDS,
    SAME,
    STILL_APART,
    Decision,
    Verdict,
    decide,
)
from bot.domain.synced import NEVER_READ, PRIORITY_NUMBERS, Change, Held, Known, Said, held_word, still_unseen

NOTHING, WRITE, ACCEPT, LEAVE = Verdict.NOTHING, Verdict.WRITE, Verdict.ACCEPT, Verdict.LEAVE
STATE, TITLE, PRIORITY, ASSIGNEE = (
    LinearField.STATE,
    LinearField.TITLE,
    LinearField.PRIORITY,
    LinearField.ASSIGNEE,
)
NOON = datetime(2026, 11, 28, 12, tzinfo=UTC)
EARLIER, LATER = NOON - timedelta(seconds=1), NOON + timedelta(seconds=1)
DANA = LinearPerson(id="dana", name="Dana", email="Dana@acme.example")
VERA = LinearPerson(id="vera", name="Vera", email="vera@acme.example")
STRANGER = LinearPerson(id="stranger", name="Stan Stranger", email="stan@elsewhere.example")
SAID = Said(state_id="todo", state_type="unstarted", title="Export", priority=3, assignee=None)
HELD = Held(
    ref=IssueRef(1, 1),
    status=Status.OPEN,
    title="Export",
    priority=Priority.MEDIUM,
    assignee_user_id=None,
    vendors={"dana@acme.example": 4, "vera@acme.example": 5},
)
KNOWN = Known(read=SAID)
STATES = {"unstarted": "todo", "started": "doing", "completed": "done", "canceled": "canceled"}


def say(**more: object) -> Said:
    return replace(SAID, **more)  # type: ignore[arg-type]


def in_state(type_: str) -> Said:
    return say(state_id=STATES.get(type_, type_), state_type=type_)


def of(field: LinearField, held: Held, known: Known, said: Said, **more: object) -> Decision:
    """Return what is decided of one field; the others are not concerned."""
    change = Change(said=said, at=NOON, **more)  # type: ignore[arg-type]
    [mine] = [one for one in decide(held, known, change) if one.field is field]
    return mine


def ours(field: LinearField, at: datetime, **more: object) -> Held:
    return replace(HELD, changed_at={field: at}, **more)  # type: ignore[arg-type]


TAKEN = (ACCEPT, ONLY_LINEAR)
# (field, what we hold and when we changed it, what Linear said before, what it says now, what follows).
CHANGES = [
    # Nobody changed anything; or both the same way.
    (STATE, HELD, SAID, SAID, (NOTHING, SAME)),
    (STATE, ours(STATE, LATER, status=Status.IN_PROGRESS), SAID, in_state("started"), (NOTHING, SAME)),
    (TITLE, HELD, SAID, SAID, (NOTHING, SAME)),
    (PRIORITY, HELD, SAID, SAID, (NOTHING, SAME)),
    (ASSIGNEE, HELD, SAID, SAID, (NOTHING, SAME)),
    (ASSIGNEE, replace(HELD, assignee_user_id=4), SAID, say(assignee=DANA), (NOTHING, SAME)),
    # Linear alone.
    (STATE, HELD, SAID, in_state("started"), TAKEN),
    (STATE, HELD, SAID, in_state("completed"), TAKEN),
    (STATE, HELD, SAID, in_state("canceled"), TAKEN),
    (STATE, HELD, SAID, in_state("duplicate"), TAKEN),
    (PRIORITY, HELD, SAID, say(priority=1), TAKEN),
    (TITLE, replace(HELD, takes_titles=True), SAID, say(title="Theirs"), TAKEN),
    (ASSIGNEE, HELD, SAID, say(assignee=DANA), TAKEN),
    (ASSIGNEE, HELD, SAID, say(assignee=STRANGER), TAKEN),
    (ASSIGNEE, replace(HELD, assignee_user_id=4), say(assignee=DANA), SAID, TAKEN),
    # What is not for us stays there, and ours stays here.
    (TITLE, HELD, SAID, say(title="Theirs"), (LEAVE, NOT_WELCOME[TITLE])),
    (TITLE, replace(HELD, takes_titles=True), SAID, say(title="\u200b"), (LEAVE, NOT_WELCOME[TITLE])),
    (PRIORITY, HELD, SAID, say(priority=0), (LEAVE, NOT_WELCOME[PRIORITY])),
    (STATE, HELD, SAID, in_state("a type to come"), (LEAVE, NOT_WELCOME[STATE])),
    # A team's own step within what a status means says nothing about it.
    (STATE, HELD, SAID, in_state("backlog"), (NOTHING, SAME)),
    (STATE, ours(STATE, EARLIER, status=Status.IN_PROGRESS), SAID, in_state("backlog"), (WRITE, ONLY_WE)),
    # A closed issue agrees with all three ends.
    *(
        (STATE, ours(STATE, EARLIER, status=Status.CLOSED), SAID, in_state(type_), (NOTHING, SAME))
        for type_ in ("completed", "canceled", "duplicate")
    ),
    (STATE, replace(HELD, status=Status.CLOSED), in_state("completed"), in_state("canceled"), (NOTHING, SAME)),
    (STATE, replace(HELD, status=Status.CLOSED), in_state("completed"), SAID, TAKEN),
    (
        STATE,
        replace(HELD, status=Status.RESOLVED),
        in_state("completed"),
        in_state("canceled"),
        (ACCEPT, ONLY_LINEAR),
    ),
    # We alone.
    (STATE, ours(STATE, EARLIER, status=Status.IN_PROGRESS), SAID, SAID, (WRITE, ONLY_WE)),
    (TITLE, ours(TITLE, EARLIER, title="Ours"), SAID, SAID, (WRITE, ONLY_WE)),
    (PRIORITY, ours(PRIORITY, EARLIER, priority=Priority.LOW), SAID, SAID, (WRITE, ONLY_WE)),
    (PRIORITY, ours(PRIORITY, EARLIER, priority=Priority.LOW), say(priority=0), say(priority=0), (WRITE, ONLY_WE)),
    (ASSIGNEE, ours(ASSIGNEE, EARLIER, assignee_user_id=5), SAID, SAID, (WRITE, ONLY_WE)),
    # Both: the later one, by its own time; Linear at the same moment.
    (PRIORITY, ours(PRIORITY, EARLIER, priority=Priority.LOW), SAID, say(priority=1), (ACCEPT, LINEAR_LATER)),
    (PRIORITY, ours(PRIORITY, NOON, priority=Priority.LOW), SAID, say(priority=1), (ACCEPT, AT_ONCE)),
    (PRIORITY, ours(PRIORITY, LATER, priority=Priority.LOW), SAID, say(priority=1), (WRITE, OURS_LATER)),
    (PRIORITY, ours(PRIORITY, EARLIER, priority=Priority.LOW), SAID, say(priority=0), (WRITE, OURS_STANDS)),
    (STATE, ours(STATE, EARLIER, status=Status.CLOSED), SAID, in_state("started"), (ACCEPT, LINEAR_LATER)),
    (STATE, ours(STATE, LATER, status=Status.CLOSED), SAID, in_state("started"), (WRITE, OURS_LATER)),
    (TITLE, ours(TITLE, EARLIER, title="Ours"), SAID, say(title="Theirs"), (WRITE, OURS_STANDS)),
    (ASSIGNEE, ours(ASSIGNEE, LATER, assignee_user_id=5), SAID, say(assignee=DANA), (WRITE, OURS_LATER)),
    (ASSIGNEE, ours(ASSIGNEE, EARLIER, assignee_user_id=5), SAID, say(assignee=STRANGER), (ACCEPT, LINEAR_LATER)),
    # Read for the first time: an engineer's title is their own; what is said of the rest stands.
    (STATE, HELD, NEVER_READ, in_state("started"), (ACCEPT, FIRST_READ)),
    (PRIORITY, HELD, NEVER_READ, say(priority=1), (ACCEPT, FIRST_READ)),
    (TITLE, replace(HELD, takes_titles=True), NEVER_READ, say(title="Theirs"), (LEAVE, NOT_WELCOME[TITLE])),
    (ASSIGNEE, replace(HELD, assignee_user_id=5), NEVER_READ, say(assignee=DANA), (ACCEPT, FIRST_READ)),
    (ASSIGNEE, replace(HELD, assignee_user_id=5), NEVER_READ, SAID, (WRITE, ONLY_WE)),
]


@pytest.mark.parametrize(("field", "held", "read", "said", "follows"), CHANGES)
def test_what_follows_from_what_each_says_and_said(
    field: LinearField, held: Held, read: Said, said: Said, follows: tuple[Verdict, str]
) -> None:
    found = of(field, held, Known(read=read), said)
    assert (found.verdict, found.why) == follows


def test_who_is_unknown_here_is_news_by_name_though_nobody_of_ours() -> None:
    found = of(ASSIGNEE, HELD, Known(read=say(assignee=DANA)), say(assignee=STRANGER))
    assert (found.verdict, found.value) == (ACCEPT, None)
    assert of(ASSIGNEE, HELD, Known(read=say(assignee=STRANGER)), say(assignee=STRANGER)).why == SAME


def test_our_echo_is_never_taken_over() -> None:
    wrote = Known(read=SAID, wrote={PRIORITY: [4]})
    low = ours(PRIORITY, EARLIER, priority=Priority.LOW)
    assert of(PRIORITY, low, wrote, say(priority=4)).why == SAME
    # Changed here once more since it was sent: Linear's repeating it is no later change.
    urgent = ours(PRIORITY, EARLIER, priority=Priority.URGENT)
    assert of(PRIORITY, urgent, wrote, say(priority=4)).why == OUR_OLD_WORDS
    assert of(PRIORITY, urgent, wrote, say(priority=2)).why == LINEAR_LATER


def test_a_person_who_returns_to_what_we_once_wrote_is_believed() -> None:
    written = still_unseen(Known(read=SAID, wrote={PRIORITY: [4]}), say(priority=4))
    assert written == {}
    high = Known(read=say(priority=2), wrote=written)
    assert of(PRIORITY, replace(HELD, priority=Priority.HIGH), high, say(priority=4)).verdict is ACCEPT


def test_what_was_written_after_what_is_seen_is_still_to_come() -> None:
    known = Known(read=SAID, wrote={PRIORITY: [4, 1], TITLE: ["Ours"]})
    assert still_unseen(known, say(priority=4)) == {PRIORITY: [1], TITLE: ["Ours"]}
    assert still_unseen(known, say(priority=1, title="Ours")) == {}


def test_what_our_own_credential_did_is_not_linears_word() -> None:
    found = of(PRIORITY, HELD, KNOWN, say(priority=1), by_us=frozenset({PRIORITY}))
    assert (found.verdict, found.why) == (WRITE, OUR_DOING)
    # It did not do the rest.
    assert of(PRIORITY, HELD, KNOWN, say(priority=1), by_us=frozenset({STATE})).verdict is ACCEPT


def test_what_linear_has_nothing_like_is_left_there() -> None:
    mine = ours(ASSIGNEE, EARLIER, assignee_user_id=9)
    lost = replace(mine, no_way=frozenset({ASSIGNEE}))
    assert of(ASSIGNEE, mine, KNOWN, SAID).verdict is WRITE
    # Somebody without an account is nobody there: that says the same for as long as nobody comes.
    assert of(ASSIGNEE, lost, KNOWN, SAID).why == STILL_APART
    assert of(ASSIGNEE, lost, KNOWN, say(assignee=DANA)).verdict is ACCEPT
    stateless = replace(ours(STATE, EARLIER, status=Status.IN_PROGRESS), no_way=frozenset({STATE}))
    assert (of(STATE, stateless, KNOWN, SAID).verdict, of(STATE, stateless, KNOWN, SAID).why) == (
        LEAVE,
        NO_WAY_THERE,
    )


@pytest.mark.parametrize("said", [say(title="Theirs"), say(priority=0)])
def test_what_was_left_apart_stays_so_until_somebody_changes_it(said: Said) -> None:
    field = TITLE if said.priority else PRIORITY
    apart = Known(read=said, left={field: held_word(HELD, field)})
    assert (of(field, HELD, apart, said).verdict, of(field, HELD, apart, said).why) == (NOTHING, STILL_APART)
    changed = ours(field, EARLIER, title="Ours", priority=Priority.LOW)
    assert of(field, changed, apart, said).verdict is WRITE
    again = say(title="Theirs again", priority=2)
    assert of(field, replace(HELD, takes_titles=True), apart, again).verdict is ACCEPT


priorities = st.sampled_from(Priority)
moments = st.sampled_from([EARLIER, NOON, LATER])


@given(priorities, priorities, priorities, moments)
def test_both_sides_are_treated_alike_but_for_the_same_moment(
    held: Priority, read: Priority, said: Priority, at: datetime
) -> None:
    ground = Known(read=say(priority=PRIORITY_NUMBERS[read]))
    mirrored = {WRITE: ACCEPT, ACCEPT: WRITE, NOTHING: NOTHING}
    here = of(PRIORITY, ours(PRIORITY, at, priority=held), ground, say(priority=PRIORITY_NUMBERS[said]))
    there = of(
        PRIORITY, ours(PRIORITY, NOON + (NOON - at), priority=said), ground, say(priority=PRIORITY_NUMBERS[held])
    )
    if here.why == AT_ONCE:
        assert there.why == AT_ONCE
    else:
        assert there.verdict is mirrored[here.verdict]
        assert there.conflict == here.conflict


people = st.none() | st.sampled_from([DANA, VERA, STRANGER])
saids = st.builds(
    Said,
    state_id=st.sampled_from(["todo", "doing", "done"]),
    state_type=st.sampled_from([*STATES, "triage", "backlog", "duplicate", "a type to come"]),
    title=st.sampled_from(["Export", "Theirs", "", "\u200b", "x" * 300]),
    priority=st.integers(0, 5),
    assignee=people,
)
helds = st.builds(
    Held,
    ref=st.just(HELD.ref),
    status=st.sampled_from(Status),
    title=st.sampled_from(["Export", "Ours", "Theirs"]),
    priority=priorities,
    assignee_user_id=st.sampled_from([None, 4, 5, 9]),
    changed_at=st.dictionaries(st.sampled_from(LinearField), moments),
    vendors=st.just(HELD.vendors),
    takes_titles=st.booleans(),
    no_way=st.frozensets(st.sampled_from(LinearField)),
)


@given(helds, saids | st.just(NEVER_READ), saids, st.frozensets(st.sampled_from(LinearField)))
def test_every_case_is_decided_once_for_each_field_with_its_reason(
    held: Held, read: Said, said: Said, by_us: frozenset[LinearField]
) -> None:
    found = decide(held, Known(read=read), Change(said=said, at=NOON, by_us=by_us))
    assert {one.field for one in found} == set(LinearField)
    assert len(found) == len(LinearField)
    for one in found:
        assert one.why.endswith(".")
        if one.verdict is WRITE:
            assert one.field not in held.no_way
        if one.verdict is ACCEPT and one.field is not ASSIGNEE:
            assert one.value not in {None, ""}
