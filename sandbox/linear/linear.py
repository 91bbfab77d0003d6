"""The offline Linear: build a world, serve it, act in it, and read what came of it."""

from collections.abc import Callable
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from sandbox.clock import Clock, SystemClock
from sandbox.faults import Faults
from sandbox.linear.budget import Limits
from sandbox.linear.calls import Call
from sandbox.linear.context import Acts
from sandbox.linear.credentials import Credentials
from sandbox.linear.customer_model import Customer, CustomerNeed
from sandbox.linear.delivery import ACK_SECONDS, Delivery
from sandbox.linear.endpoint import Endpoint
from sandbox.linear.engineer import Engineer
from sandbox.linear.errors import not_found
from sandbox.linear.journal import AppShape, Bell, Change, Journal
from sandbox.linear.keeping import Keeping
from sandbox.linear.model import Organization, Team, User
from sandbox.linear.named import Named
from sandbox.linear.oauth import OAuthApp
from sandbox.linear.oauth_door import OAuthDoor
from sandbox.linear.reading import ReadComment, ReadIssue, read, read_comment
from sandbox.linear.schema import executable_schema
from sandbox.linear.slack_app import ShownAs
from sandbox.linear.state import state_of
from sandbox.linear.uploads import Upload, Uploads
from sandbox.linear.webhooks import Webhooks
from sandbox.linear.world import World


class Linear(Keeping):
    """One Linear, with any number of workspaces.

    Args:
        clock: tells the time of every change and drains the budgets.
        faults: the bad weather, by GraphQL operation name (``IssueCreate``) or ``*`` for any operation.
        seed: decides the ids and secrets that are made.
        ack_seconds: how many of the machine's seconds a webhook's receiver may take; Linear's 5.
        signing_clock: stamps webhooks; the machine's when left out, since receivers compare it with their own.
    """

    def __init__(
        self,
        clock: Clock,
        *,
        faults: Faults | None = None,
        seed: int = 1,
        ack_seconds: float = ACK_SECONDS,
        signing_clock: Clock | None = None,
    ) -> None:
        self.faults = Faults() if faults is None else faults
        self._bell = Bell()
        world = World(clock, seed)
        #: The log of what was told, and the switches of its weather.
        self.webhooks = Webhooks(
            world, self._bell.ring, ack_seconds=ack_seconds, signing_clock=signing_clock or SystemClock()
        )
        self._journal = Journal(world, self._bell, self.webhooks.hear)
        super().__init__(world, Acts(world, self._journal), Credentials(world))
        self._uploads = Uploads(world, self._credentials, self.faults, self._bell.ring)
        self._endpoint = Endpoint(
            world=self._world,
            acts=self._acts,
            credentials=self._credentials,
            faults=self.faults,
            schema=executable_schema(),
            uploads=self._uploads,
            webhooks=self.webhooks,
            ring=self._bell.ring,
        )
        #: The requests for tokens (``requests``), and who approves over HTTP (``approver``, ``denying``).
        self.oauth_door = OAuthDoor(world, self.oauth, self.faults, self._bell.ring)
        self.program = Starlette(
            routes=[
                *self.oauth_door.routes,
                *self._uploads.routes,
                Route("/graphql", self._endpoint.answer, methods=["POST"]),
                Route("/_/state", self._state, methods=["GET"]),
            ]
        )

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

    @property
    def trash_is_an_update(self) -> bool:
        """Whether putting an issue into the trash moves its ``updatedAt``; in a published body it did not."""
        return self._acts.issues.trash_is_an_update

    @trash_is_an_update.setter
    def trash_is_an_update(self, answer: bool) -> None:
        self._acts.issues.trash_is_an_update = answer

    @property
    def app_shape(self) -> AppShape:
        """How webhooks name an app that acts: as a ``user`` (seen), an ``oauthClient``, or ``nobody``."""
        return self._journal.app_shape

    @app_shape.setter
    def app_shape(self, shape: AppShape) -> None:
        self._journal.app_shape = shape

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

    async def quiet(self) -> None:
        """Return when no webhook is under way; what is held, or due later by the clock, waits."""
        await self.webhooks.quiet()

    async def aclose(self) -> None:
        """Tell nothing more, and close the connections to webhooks' receivers."""
        await self.webhooks.aclose()

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
        return state_of(self._world, self.webhooks.deliveries)

    @property
    def files(self) -> list[Upload]:
        """The files that were announced; ``content`` is None until one has arrived."""
        return list(self._uploads.held.values())

    @property
    def customers(self) -> list[Customer]:
        """The customers of all workspaces."""
        return list(self._world.customers.values())

    @property
    def needs(self) -> list[CustomerNeed]:
        """The customers' needs of all workspaces."""
        return list(self._world.needs.values())

    def as_user(self, user: User) -> Engineer:
        """Return the hands of a person in Linear's own application."""
        return Engineer(self._world, self._acts, user)

    def slack_says(
        self,
        comment: Named,
        body: str,
        *,
        by: User,
        person: tuple[str, str] | None = ("Grace Hopper", "grace@customer.example"),
        shown_as: ShownAs = "externalUser",
    ) -> ReadComment:
        """Bring a Slack message into an issue, as Linear's own Slack app does.

        Args:
            comment: the first comment of the thread that it keeps in step, or an answer there.
            body: what was written in Slack.
            by: who connected the app.
            person: name and e-mail address of somebody without a seat; None: a bot wrote it.
            shown_as: whom webhooks name as the actor.
        """
        under = self._world.comments[comment.id]
        return read_comment(self._acts.slack.write(under, by, body, person, shown_as))

    def uninstall(self, app: OAuthApp, organization: Organization) -> None:
        """Take an application out of a workspace: its webhook is told so, its tokens end, the webhook goes."""
        self.tell(organization, "OAuthApp", "revoked", {}, more={"oauthClientId": app.client_id})
        self.oauth.uninstall(app, organization)

    def tell(
        self,
        organization: Organization,
        event: str,
        action: str,
        data: dict[str, Any],
        *,
        actor: dict[str, Any] | None = None,
        url: str | None = None,
        updated_from: dict[str, Any] | None = None,
        team: Team | None = None,
        more: dict[str, Any] | None = None,
    ) -> list[Delivery]:
        """Tell the organization's webhooks an event that nothing here causes; return the deliveries.

        Args:
            organization: where it happens.
            event: its type, such as ``Project``, or ``Comment`` for one on a document.
            action: ``create``, ``update``, ``remove``, or another type's own.
            data: what it is about, as it is sent.
            actor: who did it, as it is sent.
            url: where it is seen.
            updated_from: the previous values.
            team: the team it belongs to; None: to none.
            more: what the body has besides, such as ``oauthClientId``.
        """
        change = Change(
            action=action,
            type=event,
            data=data,
            updated_from=updated_from,
            actor=actor,
            at=self._world.now(),
            url=url,
            organization_id=organization.id,
            team_id=team.id if team else None,
            private=team is not None and team.private,
            more=more or {},
        )
        return self.webhooks.hear(change)

    async def _state(self, _request: Request) -> JSONResponse:
        return JSONResponse(self.state())
