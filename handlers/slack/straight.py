"""The straight way of a submission: to the same listener, around Bolt.

The guard has proven who sends it, and has read it. What Bolt adds is whose workspace it is; it found that out for
an earlier submission from there, and one token and its workspace stay the same as long as the program runs. All
else that Bolt does for a request is for other kinds of requests, and takes as long as storing an issue.
"""

from slack_bolt.response import BoltResponse

from handlers.slack.acts import Body
from handlers.slack.errors import answer_error
from handlers.slack.modals import Installed, Modals, acknowledged


async def answer_submission(modals: Modals, body: Body, installed: Installed) -> BoltResponse:
    """Answer a submission as it is answered through Bolt."""
    try:
        return await acknowledged(await modals.answer(body, installed))
    except Exception as error:  # noqa: BLE001 - as Bolt does: whatever it is, the person is told
        return await answer_error(error, body)
