"""A conversation about an issue at Acme, stored; and the same ids as another organization would give them."""

from dataclasses import dataclass, replace

from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.conversation import CommentVisibility, MessageAddress
from bot.domain.issues import Issue, IssueRef
from bot.domain.organizations import ChannelAddress
from bot.domain.people import ProfileKind, User
from bot.domain.places import Audience, Place
from storage import comments, files, issues, links, lives, people
from storage.comments import Copy, NewComment
from storage.files import GivenFile
from storage.issues import NewEvent
from storage.links import NewLinearIssue
from storage.transaction import Transaction
from tests.storage.seeds import NOW, Customer, added, customer, issue, user

PUBLIC, INTERNAL = CommentVisibility.PUBLIC, CommentVisibility.INTERNAL
SAID, NOTED = MessageAddress("T1", "C1", "7.0"), MessageAddress("T1", "C2", "8.0")
COPY = Copy("C2", "9.0")
SHOT = GivenFile(team_id="T1", slack_file_id="F1", name="shot.png", mimetype="image/png", size=12)
LINKED = NewLinearIssue(
    linear_id="linear-id",
    team_id="team-id",
    identifier="ACM-1",
    url="https://linear.app/acme/issue/ACM-1",
    state_id="todo",
    state_name="Todo",
    state_type="unstarted",
)


@dataclass(frozen=True)
class Talk:
    """Ada's issue, which Vera took on; a public comment with a copy and a file, an internal one; another company.

    ``event_id`` is of Vera's claim; ``file_id`` of the public comment's file, which has a copy too.
    """

    issue: Issue
    ada: Customer
    vera: User
    event_id: int
    public_id: int
    internal_id: int
    file_id: int
    other: int

    @property
    def ref(self) -> IssueRef:
        return self.issue.ref

    @property
    def wrong_refs(self) -> list[IssueRef]:
        """Right ids under the wrong ones: another organization's, and another issue's."""
        return [IssueRef(self.other, self.issue.id), IssueRef(self.issue.organization_id, self.issue.id + 1)]


def new_comment(ref: IssueRef, text: str = "Hello", visibility: CommentVisibility = PUBLIC) -> NewComment:
    """Return a comment as it is added: by nobody known, for the organization's side."""
    return NewComment(
        ref=ref, author_user_id=None, by_customer=False, visibility=visibility, text=text, door="slack", now=NOW
    )


async def open_talk(transaction: Transaction) -> Talk:
    """Store it."""
    acme, other = await added(transaction, "Acme"), await added(transaction, "Other")

    async def seed(session: AsyncSession) -> Talk:
        ada, vera = await customer(session, acme), await user(session)
        for kind in (ProfileKind.VENDOR, ProfileKind.EMPLOYEE):
            await people.add_profiles(session, vera.id, acme, [kind], NOW)
        raised = await issue(session, ada, "ISS-2026-0001", "key")
        ref = raised.ref
        for audience, channel in ((Audience.CUSTOMER, "C1"), (Audience.TRIAGE, "C2")):
            await links.add_place(session, acme, ref.issue_id, Place(audience, ChannelAddress("T1", channel)))
            await links.set_message_posted(session, acme, ref.issue_id, audience, channel_id=channel, ts="1.0")
        await links.put_linear_issue(session, acme, ref.issue_id, LINKED, NOW)
        await lives.store_change(session, ref, {"assignee_user_id": vera.id}, NOW)
        said = replace(new_comment(ref), author_user_id=ada.user.id, by_customer=True, source=SAID)
        said = replace(said, request_key="request")
        noted = replace(new_comment(ref, "Our migration.", INTERNAL), author_user_id=vera.id, source=NOTED)
        public_id = await comments.add_comment(session, said)
        internal_id = await comments.add_comment(session, noted)
        await comments.put_copy(session, ref, public_id, Audience.TRIAGE, COPY)
        await files.add_files(session, ref, [SHOT], comment_id=public_id, now=NOW)
        [file_id] = await files.files_of_comment(session, ref, public_id)
        await files.begin_copy(session, ref, file_id, Audience.TRIAGE, "F1COPY", instead_of=None)
        event_id = await _claimed(session, ref, vera)
        return Talk(raised, ada, vera, event_id, public_id, internal_id, file_id, other)

    return await transaction.write(seed)


async def _claimed(session: AsyncSession, ref: IssueRef, who: User) -> int:
    event = NewEvent(
        organization_id=ref.organization_id,
        issue_id=ref.issue_id,
        actor_user_id=who.id,
        what="claimed",
        was="open",
        becomes="open",
        assignee_user_id=who.id,
        door="slack",
        now=NOW,
    )
    return await issues.add_event(session, event)
