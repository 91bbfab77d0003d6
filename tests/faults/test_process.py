"""A program that ends by itself says why, and is not waited for."""

import pytest

from tests.process import EndedError, start_bot


async def test_a_program_that_cannot_start_is_not_waited_for() -> None:
    with pytest.raises(EndedError, match="SLACK_BOT_TOKEN"):
        await start_bot({"slack_bot_token": "no token", "slack_signing_secret": "secret"})
