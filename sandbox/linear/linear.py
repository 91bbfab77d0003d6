"""The offline Linear: build a world, serve it, act in it, and read what came of it."""

from collections.abc import Callable
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from sandbox.clock import Clock
from sandbox.faults import Faults
from sandbox.linear.access import Actor
from sandbox.linear.budget import Limits
from sandbox.linear.calls import Call
from sandbox.linear.context import Acts
from sandbox.linear.credentials import Credentials
from sandbox.linear.endpoint import Endpoint
from sandbox.linear.engineer import Engineer, Named
from sandbox.linear.errors import not_found
from sandbox.linear.journal import Bell, Change, Journal
from sandbox.linear.model import IssueLabel, Organization, SyncedExternalThread, Team, User
from sandbox.linear.reading import ReadComment, ReadIssue, read
from sandbox.linear.schema import executable_schema
from sandbox.linear.state import state_of
from sandbox.linear.teams import add_member
from sandbox.linear.world import World


class Linear:
    """One Linear, with any number of workspaces.

    Args:
        clock: tells the time of every change and drains the budgets.
        faults: the bad weather, by GraphQL operation name (``IssueCreate``) or ``*`` for any operation.
        seed: decides the ids and secrets that are made.
    """

    def __init__(self, clock: Clock, *, faults: Faults | None = None, seed: int = 1) -> None:
        self.faults = Faults() if faults is None else faults
        self._bell = Bell()
        self._world = World(clock, seed)
        self._journal = Journal(self._world, self._bell)
        self._acts = Acts(self._world, self._journal)
        self._credentials = Credentials(self._world)
        self._endpoint = Endpoint(
            world=self._world,
            acts=self._acts,
            credentials=self._credentials,
            faults=self.faults,
            schema=executable_schema(),
            ring=self._bell.ring,
        )
        self.program = Starlette(
            routes=[
                Route("/graphql", self._endpoint.answer, methods=["POST"]),
                Route("/_/state", self._state, methods=["GET"]),
            ]
        )

    # ------------------------------------------------------------------ building a world

    def add_organization(self, name: str, url_key: str) -> Organization:
        """Return a new workspace; set its ``team_creation_role`` to "admin" to forbid members new teams."""
        organization = Organization(name=name, url_key=url_key, **self._stamp())
        self._world.organizations[organization.id] = organization
        return organization

    def add_user(
        self, organization: Organization, name: str, email: str, *, admin: bool = True, app: bool = False
    ) -> User:
        """Return a new person or (``app``) app user.

        ``may_create_teams`` of the answer may be set to True or False, over the organization's role.
        """
        display_name = email.split("@", maxsplit=1)[0]
        user = User(
            organization=organization,
            name=name,
            display_name=display_name,
            email=email,
            admin=admin,
            app=app,
            **self._stamp(),
        )
        self._world.users[user.id] = user
        organization.user_count += 1
        return user

    def add_team(
        self,
        organization: Organization,
        name: str,
        key: str | None = None,
        *,
        private: bool = False,
        triage: bool = False,
    ) -> Team:
        """Return a new team with Linear's default states; the key is made from the name when left out."""
        return self._acts.teams.add(organization, name, key, private=private, triage=triage)

    def add_member(self, team: Team, user: User) -> None:
        """Let the user into the team; only members see a private one."""
        add_member(team, user)

    def add_label(self, organization: Organization, name: str, team: Team | None = None) -> IssueLabel:
        """Return a new label, of the workspace or of one team."""
        label = IssueLabel(organization=organization, name=name, color="#bec2c8", team=team, **self._stamp())
        self._world.labels[label.id] = label
        return label

    def add_slack_thread(self, issue: str | Named, url: str, by: User) -> ReadComment:
        """Let Linear's own Slack app keep a Slack thread in step with the issue, from a new comment on."""
        thread = SyncedExternalThread(id=self._world.new_id(), type="slack", url=url)
        given = {"issueId": issue if isinstance(issue, str) else issue.id, "body": "This thread is synced."}
        comment = self._acts.comments.create(Actor(by), given, thread)
        return read(comment.issue).comments[-1]

    def add_api_key(self, user: User) -> str:
        """Return a new personal API key, ``lin_api_...``: sent bare in ``Authorization``."""
        return self._credentials.add_api_key(user)

    def add_oauth_token(self, user: User) -> str:
        """Return a new access token, ``lin_oauth_...``: sent behind ``Bearer``; an app user's is actor=app."""
        return self._credentials.add_oauth_token(user)

    def revoke(self, secret: str) -> None:
        """Put a key or token out of force."""
        self._credentials.revoke(secret)

    # ------------------------------------------------------------------ over a restart

    def kept(self) -> dict[str, Any]:
        """Return what outlives a restart of this Linear: its entities and the secrets in force."""
        return {"world": self._world.kept(), "credentials": self._credentials.kept()}

    def recall(self, kept: dict[str, Any]) -> None:
        """Become what was kept, in place of what there is."""
        self._world.recall(kept["world"])
        self._credentials.recall(kept["credentials"])

    # ------------------------------------------------------------------ how it behaves

    @property
    def limits(self) -> dict[str, Limits]:
        """The hourly budgets by kind (``api_key``, ``oauth``, ``anonymous``); replace one to change it."""
        return self._credentials.limits

    @property
    def conflict_status(self) -> int:
        """The HTTP status of a create whose id is taken: 200 as observed, 400 as others have it."""
        return self._endpoint.statuses.conflict

    @conflict_status.setter
    def conflict_status(self, status: int) -> None:
        self._endpoint.statuses.conflict = status

    @property
    def error_status(self) -> int:
        """The HTTP status of every other operation that was refused while being carried out."""
        return self._endpoint.statuses.error

    @error_status.setter
    def error_status(self, status: int) -> None:
        self._endpoint.statuses.error = status

    # ------------------------------------------------------------------ what happened

    @property
    def calls(self) -> list[Call]:
        """The requests, in the order of their arrival."""
        return self._endpoint.calls

    def calls_of(self, operation: str) -> list[Call]:
        """The requests of one operation name."""
        return [call for call in self.calls if call.operation == operation]

    @property
    def changes(self) -> list[Change]:
        """The changes of issues, comments and attachments, oldest first, by whomever."""
        return self._journal.changes

    def watch(self, on_change: Callable[[], None]) -> None:
        """Call this at each change and at each request's end from now on; it must be quick."""
        self._bell.watching.append(on_change)

    @property
    def rings(self) -> int:
        """How often something happened: a change, or a request's end."""
        return self._bell.count

    async def wait_until(self, predicate: Callable[[], bool], seconds: float = 10) -> None:
        """Return once the predicate holds; it is asked at each change and at each request's end.

        Raises:
            TimeoutError: it does not hold after so many seconds of the machine's time.
        """
        try:
            await self._bell.wait_until(predicate, seconds)
        except TimeoutError as error:
            raise TimeoutError(f"not so after {seconds} s; the last calls were {self.calls[-8:]}") from error

    # ------------------------------------------------------------------ reading and acting

    def issues(self, team: Team | None = None) -> list[ReadIssue]:
        """Return the issues (of one team) by creation, archived and trashed ones included."""
        return [read(one) for one in self._world.issues.values() if team is None or one.team is team]

    def issue(self, reference: str) -> ReadIssue:
        """Return the issue of an identifier or id.

        Raises:
            LinearError: there is none.
        """
        for issue in self._world.issues.values():
            if reference in (issue.id, issue.identifier):
                return read(issue)
        raise not_found("Issue")

    @property
    def people(self) -> list[User]:
        """Everyone who can be somebody's hands: no app users, nobody who left."""
        return [user for user in self._world.users.values() if user.active and not user.app]

    def state(self) -> dict[str, Any]:
        """Return all that there is as JSON, as ``GET /_/state`` answers it."""
        return state_of(self._world)

    def as_user(self, user: User) -> Engineer:
        """Return the hands of a person in Linear's own application."""
        return Engineer(self._world, self._acts, user)

    def _stamp(self) -> dict[str, Any]:
        now, turn = self._world.now(), self._world.next_turn()
        return {
            "id": self._world.new_id(),
            "created_at": now,
            "updated_at": now,
            "created_turn": turn,
            "turn": turn,
        }

    async def _state(self, _request: Request) -> JSONResponse:
        return JSONResponse(self.state())
