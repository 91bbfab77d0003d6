"""What somebody reads of one issue: what was typed is text, all of it fits, a customer sees nothing internal."""

from datetime import UTC, datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.effects import Destination, LinearField
from bot.domain.listed import FieldReason, InternalEntry, LinearLook, PublicEntry, Someone
from bot.domain.looked import InternalLook, PublicLook
from bot.domain.shown import EventFacts, PublicIssue
from bot.domain.sync import NO_WAY_THERE
from bot.domain.trouble import Cause, InternalDelivery, Owed, PublicDelivery
from bot.views.issue_answer import issue_answer
from bot.views.linear_tie_modal import FIELD_WORDS
from sandbox.slack.reading import as_text, mentions
from tests.bot.views.test_issue_message import ISSUE, LONGEST
from tests.bot.views.test_thread_lines import EVENT, events
from tests.bot.views.typed import as_message, names, public_issues

NOW = datetime(2026, 11, 28, tzinfo=UTC)


def entry(issue: PublicIssue) -> PublicEntry:
    return PublicEntry(
        ref=issue.ref,
        organization_slug="acme",
        public=issue,
        linear=None,
        waiting_on=None,
        delivery=PublicDelivery(0, 0),
        created_at=NOW,
        updated_at=NOW,
    )


def internal(issue: PublicIssue, name: str = "Ada Lovelace") -> InternalLook:
    linear = LinearLook(
        identifier="ENG-12",
        url="https://linear.app/acme/issue/ENG-12",
        state_name=name,
        assignee_name=name,
        description=issue.description + name,
        gone=name,
        paused=True,
        reasons=[FieldReason(field=one, why=NO_WAY_THERE, by=name, at=NOW) for one in LinearField],
    )
    whole = InternalEntry(
        entry=entry(issue),
        customer=Someone(id=1, first_name=name, name=name, email="ada@customer.example"),
        assignee=None,
        origin="api",
        delivery=InternalDelivery(0, ()),
    )
    owed = [Owed(one, 3, Cause.LINEAR_REFUSES) for one in Destination]
    return InternalLook(entry=whole, events=[EVENT] * 50, linear=linear, owed=owed)


@given(public_issues, names, st.lists(events, max_size=3))
@settings(max_examples=40)
def test_whatever_was_typed_is_text(issue: PublicIssue, name: str, happened: list[EventFacts]) -> None:
    public = as_message(issue_answer([PublicLook(entry=entry(issue), events=happened)]))
    whole = as_message(issue_answer([internal(issue, name)]))
    assert mentions(public) == mentions(whole) == []


def test_the_longest_fits() -> None:
    for issue in LONGEST:
        as_message(issue_answer([internal(issue, "x" * 80)]))


def test_a_customer_reads_no_name_of_linear() -> None:
    told = as_text(as_message(issue_answer([PublicLook(entry=entry(ISSUE), events=[EVENT])])))
    assert ISSUE.title in told
    assert not {"Linear", "ENG-12", "Vendor"} & set(told.replace("\n", " ").split())


def test_every_field_and_place_has_its_word() -> None:
    assert set(FIELD_WORDS) == set(LinearField)
    told = as_text(as_message(issue_answer([internal(ISSUE)])))
    assert all(word in told for word in FIELD_WORDS.values())
