"""What Slack says when it refuses, whatever form the answer has that slack_sdk hands on."""

import aiohttp
from slack_sdk.errors import SlackApiError

# What slack_sdk raises when Slack refuses, cannot be reached, or does not answer in time.
SLACK_ERRORS = (SlackApiError, aiohttp.ClientError, TimeoutError)


def status_of(error: SlackApiError) -> int:
    """Return the HTTP status of Slack's answer."""
    response = error.response
    # What calls itself JSON and is not: slack_sdk then hands on aiohttp's answer in place of its own.
    return response.status if isinstance(response, aiohttp.ClientResponse) else int(response.status_code)


def code_of(error: SlackApiError) -> str:
    """Return Slack's word for the error, such as ``invalid_auth``; "" where the answer has none.

    The body of a 5xx may be a plain string or HTML, which has no "error" (reference: Slack, rate limits).
    """
    response = error.response
    body = None if isinstance(response, aiohttp.ClientResponse) else response.data
    return str(body.get("error", "")) if isinstance(body, dict) else ""
