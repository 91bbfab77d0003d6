"""The Linear door: webhooks are proven, remembered, answered, and then carried through."""

from starlette.routing import Route

from handlers.linear.carrying import webhook_sweep
from handlers.linear.looking import webhook_warning
from handlers.linear.parts import LinearParts
from handlers.linear.rehearsing import rehearse
from handlers.linear.webhook import LinearEndpoint

__all__ = ["LinearParts", "rehearse", "webhook_routes", "webhook_sweep", "webhook_warning"]


def webhook_routes(parts: LinearParts) -> list[Route]:
    """Return where Linear is listened to: the environment's webhook, and organizations' own."""
    answer = LinearEndpoint(parts).answer
    paths = ("/linear/webhook", "/linear/webhook/{connection}")
    return [Route(path, answer, methods=["POST"]) for path in paths]
