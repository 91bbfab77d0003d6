"""Files that people gave with issues and comments. The bytes stay in Slack; what they are is kept here."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.issues import IssueRef
from storage import tables
from storage.upsert import upsert


@dataclass(frozen=True, kw_only=True)
class GivenFile:
    """A file in Slack that somebody gave. ``size`` is in bytes."""

    team_id: str
    slack_file_id: str
    name: str
    mimetype: str
    size: int


async def add_files(
    session: AsyncSession, ref: IssueRef, given: Sequence[GivenFile], *, comment_id: int | None, now: datetime
) -> None:
    """Keep these files with an issue, or with a comment on it; one that is there already changes nothing."""
    for file in given:
        await session.execute(
            upsert(session, tables.IssueFile)
            .values(
                organization_id=ref.organization_id,
                issue_id=ref.issue_id,
                comment_id=comment_id,
                team_id=file.team_id,
                slack_file_id=file.slack_file_id,
                name=file.name,
                mimetype=file.mimetype,
                size=file.size,
                created_at=now,
            )
            .on_conflict_do_nothing(index_elements=["issue_id", "slack_file_id"])
        )
