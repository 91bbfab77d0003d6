"""Linear's JSON becomes typed facts, or a clear refusal, or "ask for it"; it never crashes."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.effects import LinearField
from bot.domain.linear_seen import ActorKind, LinearPerson
from bot.domain.linear_told import AttachmentGone, CommentTold, IssueTold
from bot.errors import InvalidError
from handlers.linear.events import LEFT_ALONE, Events
from handlers.linear.payloads import actor_of, comment_told, issue_told, when_sent
from tests.handlers.linear.deliveries import COMMENT, DANA, ISSUE, TEAM, comment_data, issue_data, payload

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
APP = {"id": "a-1", "name": "Threadline", "email": "client-1@oauthapp.linear.app", "type": "user"}


def told(data: dict[str, Any], action: str = "update", updated_from: object = None) -> IssueTold:
    return issue_told(action, data, updated_from, None)


def test_an_issue_is_read_whole() -> None:
    seen = told(issue_data(assigneeId=DANA["id"], assignee=DANA, description="Inside")).seen
    assert seen is not None
    assert (seen.linear_id, seen.team_id, seen.identifier, seen.title) == (ISSUE, TEAM, "ACM-7", "Export fails")
    assert (seen.state_id, seen.state_name, seen.state_type) == ("s-1", "In Review", "started")
    assert (seen.priority, seen.description, seen.updated_at, seen.gone) == (2, "Inside", NOON, False)
    assert seen.assignee == LinearPerson(id=DANA["id"], name="Dana Engineer", email="dana@acme.example")


def test_the_address_is_kept_without_the_internal_title() -> None:
    seen = told(issue_data()).seen
    assert seen is not None
    assert seen.url == "https://linear.app/acme/issue/ACM-7"


def test_older_bodies_name_the_address_beside_the_issue() -> None:
    found = issue_told("update", issue_data(url=None), None, "https://linear.app/acme/issue/ACM-7/x")
    assert found.seen is not None
    assert found.seen.url == "https://linear.app/acme/issue/ACM-7"


def test_what_changed_is_told_by_what_it_was() -> None:
    was: dict[str, Any] = {
        "updatedAt": "2026-11-22T11:00:00.000Z",
        "stateId": "s-0",
        "assigneeId": None,
        "labelIds": [],
    }
    assert told(issue_data(), updated_from=was).changed == frozenset({LinearField.STATE, LinearField.ASSIGNEE})
    assert told(issue_data()).changed is None


@pytest.mark.parametrize(
    ("action", "changes"),
    [
        ("remove", {}),
        ("update", {"trashed": True}),
        ("update", {"archivedAt": "2026-11-22T12:00:00.000Z"}),
        ("remove", {"trashed": True, "archivedAt": "2026-11-22T12:00:00.000Z"}),
    ],
)
def test_what_is_in_the_trash_or_the_archive_is_gone(action: str, changes: dict[str, Any]) -> None:
    seen = told(issue_data(**changes), action).seen
    assert seen is not None
    assert seen.gone


@pytest.mark.parametrize(
    "changes",
    [
        {"state": None},
        {"state": "In Review"},
        {"title": None},
        {"title": ["Export"]},
        {"title": "half a pair \ud83d"},
        {"description": "nul \0"},
        {"priority": "high"},
        {"priority": 5},
        {"priority": 1.5},
        {"updatedAt": "yesterday"},
        {"updatedAt": "0001-01-01T00:00:00+23:59"},
        {"updatedAt": "2026-11-22T12:00:00"},
        {"url": None},
        {"url": "javascript:alert(1)"},
        {"url": "https://[half/issue/ACM-7"},
        {"identifier": None},
        {"teamId": None},
        {"assigneeId": DANA["id"]},
        {"assignee": {"id": DANA["id"]}},
    ],
    ids=str,
)
def test_an_issue_that_cannot_be_read_is_to_be_asked_for(changes: dict[str, Any]) -> None:
    found = told(issue_data(**changes))
    assert (found.linear_id, found.seen) == (ISSUE, None)


@pytest.mark.parametrize("id_", [None, "", 7, "x" * 65, "a b", "é", "a\0", ["a"]], ids=repr)
def test_what_names_no_issue_is_refused(id_: Any) -> None:
    with pytest.raises(InvalidError):
        told(issue_data(id=id_))


def test_a_comment_is_read_whole() -> None:
    found = comment_told("create", comment_data(parentId="p-1"))
    assert found is not None
    seen = found.seen
    assert seen is not None
    assert (seen.id, seen.linear_issue_id, seen.body, seen.parent_id) == (COMMENT, ISSUE, "Looking into it", "p-1")
    assert seen.author == LinearPerson(id=DANA["id"], name="Dana Engineer", email="dana@acme.example")
    assert (seen.by_integration, seen.slack_url, seen.created_at) == (False, None, NOON)


def test_a_comment_under_a_document_is_nothing_to_us() -> None:
    assert comment_told("create", comment_data(issueId=None, documentContentId="d-1")) is None


@pytest.mark.parametrize(
    "changes",
    [
        {"user": None, "botActor": {"id": None, "type": "slack", "name": "Slack"}},
        {"user": None, "externalUser": {"id": "x-1", "name": "Somebody"}},
        {"syncedWith": [{"id": "1", "service": "slack", "metadata": {"messageUrl": "https://a.slack.com/x"}}]},
        {"syncedWith": {"id": "1", "service": "github"}},
    ],
)
def test_what_an_integration_wrote_or_keeps_in_step_is_told_apart(changes: dict[str, Any]) -> None:
    found = comment_told("create", comment_data(**changes))
    assert found is not None
    assert found.seen is not None
    assert found.seen.by_integration
    assert found.seen.slack_url == ("https://a.slack.com/x" if "slack.com" in str(changes) else None)


@pytest.mark.parametrize(
    "changes", [{"user": None}, {"body": None}, {"createdAt": "soon"}, {"user": "Dana"}, {"body": "\0"}], ids=str
)
def test_a_comment_that_cannot_be_read_is_to_be_asked_for(changes: dict[str, Any]) -> None:
    found = comment_told("update", comment_data(**changes))
    assert found == CommentTold(linear_id=COMMENT, linear_issue_id=ISSUE, seen=None)


def test_who_did_it_is_known_by_kind_and_whether_that_is_us() -> None:
    person = actor_of({**DANA, "type": "user"}, ours="a-1")
    app = actor_of(APP, ours="a-1")
    assert person is not None
    assert app is not None
    assert (person.kind, person.ours, person.person.email) == (ActorKind.USER, False, "dana@acme.example")
    assert (app.kind, app.ours) == (ActorKind.APP, True)
    assert actor_of(APP, ours=None) is not None
    assert [
        getattr(actor_of({"id": "1", "type": kind}, None), "kind", None) for kind in ("oauthClient", "integration")
    ] == [
        ActorKind.APP,
        ActorKind.INTEGRATION,
    ]
    assert [actor_of(given, "a-1") for given in (None, "Dana", {}, {"id": 5, "type": "user"})] == [None] * 4


def test_only_a_removed_attachment_is_of_interest() -> None:
    data = {"id": "t-1", "issueId": ISSUE, "url": "https://acme.slack.com/archives/C1/p1"}
    events = Events()
    assert events.about(payload("Attachment", data, "remove")) == AttachmentGone(
        linear_issue_id=ISSUE, url="https://acme.slack.com/archives/C1/p1"
    )
    assert events.about(payload("Attachment", data, "create")) is None
    assert events.about(payload("Attachment", {"id": "t-1"}, "remove")) is None


@pytest.mark.parametrize("kind", sorted(LEFT_ALONE))
def test_other_known_types_are_left_alone_without_their_parts(kind: str) -> None:
    assert Events().about({"type": kind}) is None


@pytest.mark.parametrize("missing", ["type", "action", "data"])
def test_a_payload_that_is_none_of_linears_is_refused(missing: str) -> None:
    told = payload("Issue", issue_data())
    del told[missing]
    with pytest.raises(InvalidError, match=missing):
        Events().about(told)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
_PARTS = st.sampled_from(
    sorted({*issue_data(assignee=DANA), *comment_data(), "externalUser", "botActor", "syncedWith"})
)


@given(
    kind=st.sampled_from(["Issue", "Comment", "Attachment"]),
    action=st.sampled_from(["create", "update", "remove"]),
    changes=st.dictionaries(_PARTS, _JSON, max_size=4),
    updated_from=_JSON,
    actor=_JSON,
    stamp=_JSON,
)
def test_whatever_the_shape_nothing_crashes(
    kind: str, action: str, changes: dict[str, Any], updated_from: Any, actor: Any, stamp: Any
) -> None:
    data = {**(comment_data() if kind == "Comment" else issue_data()), **changes}
    given = payload(kind, data, action, updatedFrom=updated_from, url=actor)
    try:
        found = Events().about(given)
    except InvalidError:
        found = None
    assert found is None or isinstance(found, IssueTold | CommentTold | AttachmentGone)
    actor_of(actor, "a-1")
    sent = when_sent({"webhookTimestamp": stamp})
    assert sent is None or sent.tzinfo is UTC
