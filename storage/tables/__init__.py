"""The tables. Only storage touches them; migrations make the schema, and a test holds them to these files."""

from storage.tables.api import ApiAnswer, ApiToken
from storage.tables.base import Base, core
from storage.tables.conversations import Comment, CommentCopy, FileCopy, Inbox, IssueFile
from storage.tables.issues import Issue, IssueCounter, IssueEvent, IssueMessage
from storage.tables.linear import (
    LinearComment,
    LinearConnection,
    LinearEvent,
    LinearGrant,
    LinearInstall,
    LinearIssue,
    LinearMapping,
    LinearState,
    LinearSync,
    LinearUser,
)
from storage.tables.organizations import ChannelLink, Invite, Organization, WorkspaceOwner
from storage.tables.outbox import Claim, Effect, Lane, Pace
from storage.tables.people import (
    CrmUser,
    CustomerRecord,
    Profile,
    SlackIdentity,
    UserMode,
    VendorRecord,
)

__all__ = [
    "ApiAnswer",
    "ApiToken",
    "Base",
    "ChannelLink",
    "Claim",
    "Comment",
    "CommentCopy",
    "CrmUser",
    "CustomerRecord",
    "Effect",
    "FileCopy",
    "Inbox",
    "Invite",
    "Issue",
    "IssueCounter",
    "IssueEvent",
    "IssueFile",
    "IssueMessage",
    "Lane",
    "LinearComment",
    "LinearConnection",
    "LinearEvent",
    "LinearGrant",
    "LinearInstall",
    "LinearIssue",
    "LinearMapping",
    "LinearState",
    "LinearSync",
    "LinearUser",
    "Organization",
    "Pace",
    "Profile",
    "SlackIdentity",
    "UserMode",
    "VendorRecord",
    "WorkspaceOwner",
    "core",
]
