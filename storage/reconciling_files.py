"""Which files stand in threads and in Linear by our records."""

from collections.abc import Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.effects import EffectKind, EffectState
from bot.domain.issues import IssueRef
from bot.domain.linear_threads import VendorNote
from bot.domain.places import Audience
from bot.domain.reconciled import ExpectedFile, FileInLinear
from storage import tables
from storage.files import REFUSED, files_seen_by
from storage.reconciling import ended_effects

_FILE, _COPY = tables.IssueFile, tables.FileCopy
_TELLS = EffectKind.SLACK_TELL_VENDORS
# What is told where a file was given up: nobody waits for it.
_GIVEN_UP = frozenset({VendorNote.FILE_NOT_REPEATED, VendorNote.FILE_NOT_IN_LINEAR, VendorNote.FILE_REFUSED})


async def expected_files(session: AsyncSession, ref: IssueRef, audience: Audience) -> list[ExpectedFile]:
    """Which files stand in the thread of an audience by our records, should, or must not?

    In the order in which they were given. What was left out, as its people have the file, is none of them.
    """
    query = (
        select(_FILE.id, _FILE.name, _FILE.size, _COPY.slack_file_id)
        .outerjoin(_COPY, (_COPY.file_id == _FILE.id) & (_COPY.audience == audience))
        .where(_FILE.organization_id == ref.organization_id, _FILE.issue_id == ref.issue_id)
        .order_by(_FILE.id)
    )
    seen = set(await files_seen_by(session, ref, audience))
    paid = _paid(await ended_effects(session, ref, (EffectKind.SLACK_SHARE_FILE, _TELLS)), audience)
    return [
        ExpectedFile(
            file_id=row.id,
            audience=audience,
            name=row.name,
            size=row.size,
            slack_file_id=row.slack_file_id,
            wanted=row.id in seen,
        )
        for row in await session.execute(query)
        if row.slack_file_id is not None or (row.id in seen and paid.get(row.id, False))
    ]


async def files_expected_in_linear(session: AsyncSession, ref: IssueRef) -> list[FileInLinear]:
    """Which files that came with the issue itself hang on it in Linear by our records, or should?"""
    query = select(_FILE.id, _FILE.linear_url).where(
        _FILE.organization_id == ref.organization_id, _FILE.issue_id == ref.issue_id, _FILE.comment_id.is_(None)
    )
    paid = _paid(await ended_effects(session, ref, (EffectKind.LINEAR_SEND_FILE, _TELLS)), None)
    return [
        FileInLinear(file_id=row.id, url=row.linear_url)
        for row in await session.execute(query.order_by(_FILE.id))
        if row.linear_url != REFUSED and paid.get(row.id, False)
    ]


def _paid(effects: Sequence[tables.Effect], audience: Audience | None) -> Mapping[int, bool]:
    """Tell of each file whether its last effect was done, and not left out or given up."""
    paid, given_up = dict[int, bool](), set[int]()
    for effect in effects:
        about = effect.about
        if about.get("note") in _GIVEN_UP:
            given_up.add(int(about["file_id"]))
        elif about.get("audience") == audience and "note" not in about:
            paid[int(about["file_id"])] = effect.state == EffectState.DONE
    return {file_id: is_paid and file_id not in given_up for file_id, is_paid in paid.items()}
