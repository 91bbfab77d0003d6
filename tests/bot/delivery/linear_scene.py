"""Ada's issue, shown in both channels and open in Linear; Vera works on it, and Dana in Linear."""

from dataclasses import dataclass
from functools import partial
from typing import Any

from bot.domain.conversation import CommentVisibility
from bot.domain.effects import Destination, EffectKind, EffectState
from bot.domain.issues import Issue
from bot.usecases.tell import owe_to_linear, tell_linear_of_comment
from sandbox.linear.calls import Call
from sandbox.linear.engineer import Engineer
from sandbox.linear.model import Team
from sandbox.linear.reading import ReadComment
from storage import linear_comments
from storage.linear_comments import Counterpart
from tests.bot.delivery.office import Office
from tests.bot.delivery.talk import change, comment, thread

PUBLIC, INTERNAL = CommentVisibility.PUBLIC, CommentVisibility.INTERNAL
LINEAR, EXTRAS = Destination.LINEAR, Destination.LINEAR_EXTRAS
IDENTIFIER = "ACM-1"


@dataclass
class Scene:
    """The office with its issue."""

    office: Office
    issue: Issue
    team: Team

    @property
    def dana(self) -> Engineer:
        """Dana's hands in Linear."""
        return self.office.linear.as_user(self.office.dana)

    @property
    def in_linear(self) -> tuple[ReadComment, ...]:
        """What stands under the Linear issue."""
        return self.office.linear.issue(IDENTIFIER).comments

    @property
    def bodies(self) -> list[str]:
        """What stands there, as Markdown."""
        return [one.body for one in self.in_linear]

    def calls(self, *operations: str) -> list[Call]:
        """Return what Linear was asked of these operations; none named: of comments."""
        wanted = operations or ("CommentCreate", "CommentUpdate", "CommentDelete", "IssueComments", "Comment")
        return [call for call in self.office.linear.calls if call.operation in wanted]

    async def say(self, text: str, visibility: CommentVisibility = PUBLIC, **more: Any) -> int:
        """Let Vera say something, unless told otherwise; nothing is delivered yet."""
        given = {"by": self.office.vera, **more}
        return await comment(self.office, self.issue, text, visibility=visibility, **given)

    async def said(self, text: str, visibility: CommentVisibility = PUBLIC, **more: Any) -> int:
        """Let it be delivered too."""
        comment_id = await self.say(text, visibility, **more)
        await self.office.settle()
        return comment_id

    async def change(self, comment_id: int, **values: object) -> None:
        """Let a comment become something else, and Linear be told."""
        await change(self.office, self.issue, comment_id, **values)
        await self.owe(comment_id)

    async def owe(self, comment_id: int) -> None:
        """Let Linear be told of a comment (again)."""
        tell = partial(tell_linear_of_comment, ref=self.issue.ref, comment_id=comment_id)
        await self.office.transaction.write(tell)

    async def refetch(self, linear_comment_id: str | None = None) -> None:
        """Let a comment, or all of them, be read from Linear."""
        more: dict[str, Any] = {} if linear_comment_id is None else {"linear_comment_id": linear_comment_id}
        tell = partial(owe_to_linear, ref=self.issue.ref, kind=EffectKind.LINEAR_REFETCH_COMMENT, **more)
        await self.office.transaction.write(tell)
        await self.office.settle()

    async def part(self, comment_id: int) -> Counterpart | None:
        """Return what is known of a comment's counterpart."""
        look = partial(linear_comments.counterpart, ref=self.issue.ref, comment_id=comment_id)
        return await self.office.transaction.read(look)

    async def last(self, lane: Destination = LINEAR) -> tuple[EffectState, str | None]:
        """Return what became of the last effect of a lane."""
        *_, effect = await self.office.effects(self.issue, lane)
        return effect.state, effect.error

    @property
    def triage(self) -> list[str]:
        """The replies in the triage thread."""
        [head] = self.office.posts(self.office.triage)
        return thread(self.office, head)

    @property
    def customer(self) -> list[str]:
        """The replies in the customer's thread that are no lines."""
        [head] = self.office.posts(self.office.intake)
        return [line for line in thread(self.office, head) if "raised this issue" not in line]


async def open_linear_scene(office: Office) -> Scene:
    """Open it."""
    team = office.linear.add_team(office.workspace, "Acme", "ACM")
    await office.open_acme()
    issue = await office.raise_issue()
    await office.settle()
    return Scene(office, issue, team)
