"""The first word to Slack: is the bot's token good?"""

import aiohttp
import structlog
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.errors import InvalidError
from bot.slack_errors import code_of

# What Slack answers to a token that will not become good by waiting.
_NO_GOOD = {"invalid_auth", "not_authed", "account_inactive", "token_revoked", "token_expired"}
REFUSED = (
    "Threadline cannot start:\n  SLACK_BOT_TOKEN is refused by Slack ({code}): "
    'copy "Bot User OAuth Token" again from your Slack app\'s page "OAuth & Permissions".'
)
log = structlog.stdlib.get_logger(__name__)


async def greet(client: AsyncWebClient) -> None:
    """Ask Slack who we are, so that a wrong token is found now and not by a customer.

    Slack being away is no reason not to start: what is owed waits for it.

    Raises:
        InvalidError: Slack refuses the token.
    """
    try:
        answer = await client.auth_test()
    except SlackApiError as error:
        code = code_of(error)
        if code in _NO_GOOD:
            raise InvalidError(REFUSED.format(code=code)) from error
        log.warning("Slack does not say who we are", code=code)
    except (aiohttp.ClientError, TimeoutError) as error:
        log.warning("Slack cannot be reached", reason=type(error).__name__)
    else:
        log.info("Slack knows us", team=answer.get("team"), team_id=answer.get("team_id"))
