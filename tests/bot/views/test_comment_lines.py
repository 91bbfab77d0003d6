"""A comment, repeated in a thread: all of it as it was typed, and internal words for triage alone."""

import json
from dataclasses import replace
from typing import get_type_hints

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.domain.conversation import COMMENT_LIMIT, InternalComment, PublicComment
from bot.domain.text import can_be_seen, clean
from bot.views.comment_lines import (
    CUT,
    FILES,
    FROM_CUSTOMER,
    FROM_ORGANIZATION,
    SHOWN_LIMIT,
    TRIAGE_FROM_CUSTOMER,
    TRIAGE_INTERNAL,
    TRIAGE_TO_CUSTOMER,
    comment_for_customer,
    comment_for_triage,
)
from bot.views.issue_message import MessageView
from sandbox.slack import mrkdwn
from sandbox.slack.reading import as_text, links, mentions
from tests.bot.views.typed import as_message, names, raw

REPLY = PublicComment(
    author_name="Victor Vendor",
    author_first_name="Victor",
    by_customer=False,
    organization_name="Acme",
    text="We found it.\nIt is fixed.",
)
ADDED = replace(REPLY, author_name="Ada Lovelace", author_first_name="Ada", by_customer=True)
NOTE = InternalComment(author_name="Victor Vendor", internal_text="It was our migration.")

texts = raw.map(clean).filter(can_be_seen)
files = st.lists(names, max_size=3)
public_comments = st.builds(
    PublicComment,
    author_name=names,
    author_first_name=names,
    by_customer=st.booleans(),
    organization_name=names,
    text=texts,
    file_names=files,
)
internal_comments = st.builds(InternalComment, author_name=names, internal_text=texts, file_names=files)


def read(view: MessageView) -> list[str]:
    return as_text(as_message(view)).split("\n")


def quoted(text: str) -> list[str]:
    return [f"> {line}" for line in text.split("\n")]


def test_the_customer_reads_first_names_of_the_organization_and_their_own_whole_ones() -> None:
    heading = FROM_ORGANIZATION.format(name="Victor", organization="Acme")
    assert read(comment_for_customer(REPLY)) == [heading, *quoted(REPLY.text)]
    assert read(comment_for_customer(ADDED)) == [FROM_CUSTOMER.format(name="Ada Lovelace"), *quoted(ADDED.text)]


def test_triage_reads_who_said_it_to_whom() -> None:
    headings = [
        (REPLY, TRIAGE_TO_CUSTOMER.format(name="Victor Vendor")),
        (ADDED, TRIAGE_FROM_CUSTOMER.format(name="Ada Lovelace")),
    ]
    for comment, heading in headings:
        assert read(comment_for_triage(comment)) == [heading, *quoted(comment.text)]
    heading = TRIAGE_INTERNAL.format(name="Victor Vendor")
    assert read(comment_for_triage(NOTE)) == [heading, *quoted(NOTE.internal_text)]


def test_files_are_named_and_a_comment_may_be_files_alone() -> None:
    named = FILES.format(names="shot.png, log <1>.txt")
    with_files = replace(REPLY, file_names=["shot.png", "log <1>.txt"])
    heading = FROM_ORGANIZATION.format(name="Victor", organization="Acme")
    assert read(comment_for_customer(with_files)) == [heading, *quoted(REPLY.text), named]
    assert read(comment_for_customer(replace(with_files, text=""))) == [heading, named]
    note = replace(NOTE, file_names=["shot.png"])
    assert read(comment_for_triage(note))[-1] == FILES.format(names="shot.png")


@given(public_comments)
@settings(max_examples=60)
@example(replace(REPLY, text="\\" * COMMENT_LIMIT, file_names=['"' * 80] * 40))
@example(replace(REPLY, text='"\n' * (COMMENT_LIMIT // 2)))
@example(replace(REPLY, text="\U0001f600" * COMMENT_LIMIT))
@example(replace(REPLY, text="&" * COMMENT_LIMIT, author_first_name="<" * 80))
def test_a_comment_holds_whatever_was_typed_as_text(comment: PublicComment) -> None:
    for render in (comment_for_customer, comment_for_triage):
        assert_nothing_but_text(render(comment), comment.text)


@given(internal_comments)
@settings(max_examples=40)
@example(replace(NOTE, internal_text='"' * COMMENT_LIMIT))
def test_an_internal_note_holds_whatever_was_typed_as_text(comment: InternalComment) -> None:
    assert_nothing_but_text(comment_for_triage(comment), comment.internal_text)


def assert_nothing_but_text(view: MessageView, typed: str) -> None:
    message = as_message(view)
    assert mentions(message) == links(message) == []
    assert not set(view.text) & {"<", ">"}
    # What is cut is cut with a word about it.
    whole = "\n".join(quoted(typed)) in as_text(message)
    assert whole == (CUT.format(length=len(typed)) not in as_text(message))


@pytest.mark.parametrize(
    ("sign", "fits"), [("x", SHOWN_LIMIT), ('"', SHOWN_LIMIT // 2), ("\U0001f600", SHOWN_LIMIT)]
)
def test_a_text_is_cut_where_a_message_is_full_and_says_so(sign: str, fits: int) -> None:
    heading = FROM_ORGANIZATION.format(name="Victor", organization="Acme")
    just = sign * fits
    assert read(comment_for_customer(replace(REPLY, text=just))) == [heading, f"> {just}"]
    more = read(comment_for_customer(replace(REPLY, text=just + sign)))
    assert more == [heading, f"> {sign * (fits - 1)}…", CUT.format(length=fits + 1)]


def test_the_fallback_says_who_and_what_for_a_notification() -> None:
    shown = mrkdwn.unescape(comment_for_customer(replace(REPLY, text="<!channel> & more")).text)
    assert shown == "Victor from Acme: <!channel> & more"


def test_a_customer_reads_nothing_of_the_organizations_people_but_first_names() -> None:
    view = comment_for_customer(REPLY)
    assert "Vendor" not in json.dumps([view.text, [block.to_dict() for block in view.blocks]])


def test_what_renders_for_a_customer_takes_only_the_public_type() -> None:
    assert get_type_hints(comment_for_customer)["comment"] is PublicComment
