"""Linear's own Slack app, which keeps Slack threads in step with issues. Nothing is posted to a Slack here."""

from typing import Any, Literal

from sandbox.linear.access import Access, Actor
from sandbox.linear.comments import Comments
from sandbox.linear.model import Comment, Organization, User
from sandbox.linear.outside import ActorBot, ExternalUser, Outside, SlackEntity, SyncedExternalThread
from sandbox.linear.world import World

ShownAs = Literal["externalUser", "integration", "nobody"]


class SlackApp:
    """What the app does to issues."""

    def __init__(self, world: World, comments: Comments) -> None:
        self._world = world
        self._comments = comments
        self._people: dict[tuple[str, str], ExternalUser] = {}

    def connect(self, actor: Actor, reference: str, url: str) -> Comment:
        """Tie a Slack thread (its permalink) to the issue, by a new comment that begins the thread in Linear."""
        thread = SyncedExternalThread(id=self._world.new_id(), type="slack", url=url)
        outside = Outside(thread=thread, message=SlackEntity.of(url, from_slack=True))
        return self._comments.create(actor, {"issueId": reference, "body": "This thread is synced."}, outside)

    def set_connected(self, actor: Actor, reference: str, *, connected: bool) -> None:
        """Let the issue's threads be in step or not. Nothing says that a webhook tells of it, so none does."""
        for comment in Access(self._world, actor.user).issue(reference).comments:
            if comment.external_thread is not None:
                comment.external_thread.is_connected = connected

    def write(
        self, under: Comment, by: User, body: str, person: tuple[str, str] | None, shown_as: ShownAs
    ) -> Comment:
        """Bring a Slack message into Linear, as an answer to the thread's first comment.

        Args:
            under: the thread's first comment, or one of its answers.
            by: who connected the app.
            body: what was written.
            person: name and e-mail address of somebody without a seat; None: a bot wrote it.
            shown_as: whom webhooks name: which of these it is has not been published.
        """
        root = under.parent or under
        thread = root.external_thread
        message = SlackEntity.of(thread.url, from_slack=True) if thread else None
        writer = self._person(by.organization, *person) if person else None
        bot = None if writer else ActorBot(id=None, type="slack", name="Slack", user_display_name="A Slack bot")
        actor = Actor(by, shown=self._shown(writer, shown_as))
        given = {"issueId": root.issue.id, "parentId": root.id, "body": body}
        return self._comments.create(actor, given, Outside(user=writer, bot=bot, message=message))

    def _person(self, organization: Organization, name: str, email: str) -> ExternalUser:
        key = (organization.id, email)
        if key not in self._people:
            display_name = email.split("@", maxsplit=1)[0]
            self._people[key] = ExternalUser(
                id=self._world.new_id(), name=name, display_name=display_name, email=email
            )
        return self._people[key]

    @staticmethod
    def _shown(person: ExternalUser | None, shown_as: ShownAs) -> dict[str, Any]:
        if shown_as == "nobody":
            return {}
        if shown_as == "externalUser" and person is not None:
            return {"id": person.id, "name": person.name, "email": person.email, "type": "externalUser"}
        return {"id": "3f8c2f1e-5a0f-4c55-9d5b-6f6a2a7a0b11", "service": "slack", "type": "integration"}
