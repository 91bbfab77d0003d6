"""A served Linear with one workspace, and a client that speaks plain HTTP to it."""

from typing import Any
from uuid import uuid4

import httpx
from starlette.types import Receive, Scope, Send

from sandbox.clock import SettableClock
from sandbox.linear.linear import Linear

ISSUE_CREATE = """
mutation IssueCreate($input: IssueCreateInput!) {
  issueCreate(input: $input) {
    success
    lastSyncId
    issue {
      ...IssueSyncFields
    }
  }
}
fragment IssueSyncFields on Issue {
  id identifier title description priority url createdAt updatedAt archivedAt trashed startedAt completedAt
  canceledAt labelIds previousIdentifiers
  state { id name type }
  team { id key }
  assignee { id name email }
  creator { id app }
  botActor { id type name userDisplayName }
}
"""
ISSUE_UPDATE = """
mutation IssueUpdate($id: String!, $input: IssueUpdateInput!) {
  issueUpdate(id: $id, input: $input) {
    success
    issue { id identifier title priority priorityLabel updatedAt startedAt completedAt canceledAt labelIds
            previousIdentifiers trashed assignee { name } state { name type } team { key } }
  }
}
"""
COMMENT_CREATE = """
mutation CommentCreate($input: CommentCreateInput!) {
  commentCreate(input: $input) {
    success
    comment {
      id body url parentId issueId createdAt updatedAt editedAt archivedAt
      user { id name email app }
      externalUser { id name displayName }
      botActor { id type subType name userDisplayName }
      externalThread { id type subType url isConnected }
    }
  }
}
"""
ATTACHMENT_CREATE = """
mutation AttachmentCreate($input: AttachmentCreateInput!) {
  attachmentCreate(input: $input) {
    success
    attachment { id url title subtitle metadata sourceType creator { name } }
  }
}
"""
TEAM_CREATE = """
mutation TeamCreate($input: TeamCreateInput!) {
  teamCreate(input: $input) {
    success
    team { id key name visibility triageEnabled states(first: 50) { nodes { name type position } } }
  }
}
"""
CUSTOMER_UPSERT = """
mutation CustomerUpsert($input: CustomerUpsertInput!) {
  customerUpsert(input: $input) { success customer { id name domains externalIds slackChannelId url } }
}
"""
NEED_CREATE = """
mutation CustomerNeedCreate($input: CustomerNeedCreateInput!) {
  customerNeedCreate(input: $input) {
    success
    need { id body priority customer { name externalIds } issue { identifier } attachment { url } }
  }
}
"""


class Stage:
    """What the server serves: the Linear of the test that runs, and the client connected to it."""

    linear: Linear
    http: httpx.AsyncClient

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand the request to the Linear that is on."""
        await self.linear.program(scope, receive, send)


class Bench:
    """A workspace "Vendor" with the admin Ada, the team ENG and an API key of Ada's."""

    def __init__(self, linear: Linear, clock: SettableClock, http: httpx.AsyncClient) -> None:
        self.linear = linear
        self.clock = clock
        self.http = http
        self.vendor = linear.add_organization("Vendor", "vendor")
        self.ada = linear.add_user(self.vendor, "Ada", "ada@vendor.example")
        self.team = linear.add_team(self.vendor, "Engineering", "ENG")
        self.key = linear.add_api_key(self.ada)

    async def post(
        self,
        query: str,
        variables: dict[str, Any] | None = None,
        *,
        authorization: str | None = None,
        operation: str | None = None,
    ) -> httpx.Response:
        """Send a document; with Ada's key unless another Authorization header is given ("" for none)."""
        secret = self.key if authorization is None else authorization
        body = {"query": query, "variables": variables}
        if operation is not None:
            body["operationName"] = operation
        headers = {"Authorization": secret} if secret else {}
        return await self.http.post("/graphql", json=body, headers=headers)

    async def data(self, query: str, variables: dict[str, Any] | None = None, **more: str) -> Any:
        """Send a document that must go well; return the one field of ``data``, or all when there are more."""
        response = await self.post(query, variables, **more)
        body = response.json()
        assert "errors" not in body, body
        found = list(body["data"].values())
        return found[0] if len(found) == 1 else body["data"]

    async def error(self, query: str, variables: dict[str, Any] | None = None, **more: str) -> Any:
        """Send a document that must fail; return its first error."""
        response = await self.post(query, variables, **more)
        return response.json()["errors"][0]

    async def create(self, title: str = "Bananas are late", **given: Any) -> Any:
        """Create an issue in ENG; return it."""
        sent = {"id": str(uuid4()), "teamId": self.team.id, "title": title, **given}
        return (await self.data(ISSUE_CREATE, {"input": sent}))["issue"]

    def state_id(self, name: str) -> str:
        """Return the id of a state of ENG."""
        return next(state.id for state in self.team.states if state.name == name)
