"""A small world to begin with: one vendor company in Slack and Linear, with two customers."""

import contextlib
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Any

from sandbox.clock import Clock
from sandbox.faults import Faults
from sandbox.linear import model as linear_model
from sandbox.linear.linear import Linear
from sandbox.linear.oauth import OAuthApp
from sandbox.serving import Server
from sandbox.slack import App, Channel, Slack, Team, User
from sandbox.slack.workspace import ACK_SECONDS

# The sandbox's own, of no use elsewhere.
SIGNING_SECRET = "sandbox-signing-secret"  # noqa: S105
SECRET_KEY = "sandbox-secret-key-of-32-characters-or-more"  # noqa: S105


@dataclass(frozen=True, kw_only=True)
class Company:
    """Acme: Vera owns it, Victor works there, Ada and Bo are its customers; all in one Slack workspace."""

    slack: Slack
    linear: Linear
    linear_url: str
    linear_key: str
    linear_app: OAuthApp
    linear_organization: linear_model.Organization
    dana: linear_model.User
    team: Team
    app: App
    vera: User
    victor: User
    ada: User
    bo: User
    intake: Channel
    triage: Channel

    def settings(self, *, as_app: bool = False) -> dict[str, str]:
        """Return what an app's settings are for this Slack and this Linear; ``as_app``: without Dana's key."""
        if self.app.socket_mode:
            secret = {"slack_app_token": self.app.config.app_token}
        else:
            secret = {"slack_signing_secret": self.app.signing_secret}
        linear = {"linear_api_key": self.linear_key}
        if as_app:
            app = self.linear_app
            linear = {"linear_client_id": app.client_id, "linear_client_secret": app.client_secret}
        return {
            **secret,
            "slack_bot_token": self.app.bot_token,
            "slack_api_url": self.slack.api_url,
            **linear,
            "linear_api_url": self.linear_url,
            "secret_key": SECRET_KEY,
        }


@contextlib.asynccontextmanager
async def open_company(
    manifest: Mapping[str, Any],
    clock: Clock,
    *,
    linear_team: str | None = "Acme",
    port: int = 0,
    socket_mode: bool = False,
    ack_seconds: float = ACK_SECONDS,
    slack_faults: Faults | None = None,
    linear_faults: Faults | None = None,
    linear_signing_clock: Clock | None = None,
) -> AsyncIterator[Company]:
    """Serve a Slack and a Linear with this company in them, until the context ends.

    Args:
        manifest: of the app that is installed; its request address is set on ``app`` once it is known.
        clock: the sandbox's time.
        linear_team: the name of a team that Linear has already, beside another; None: only the other.
        port: where Slack is served; 0 takes a free port. Linear always takes a free one.
        socket_mode: the app is told everything over connections that it opens.
        ack_seconds: how many real seconds Slack waits for the app.
        slack_faults: what calls of Slack meet; None: what is planted in ``slack.faults``.
        linear_faults: what calls of Linear meet; None: what is planted in ``linear.faults``.
        linear_signing_clock: stamps Linear's webhooks; None: the machine's.
    """
    slack = Slack(clock, ack_seconds=ack_seconds, faults=slack_faults)
    linear = Linear(clock, faults=linear_faults, signing_clock=linear_signing_clock)
    async with contextlib.AsyncExitStack() as stack:
        slack_server, linear_server = Server(slack.program, port), Server(linear.program)
        for server in (slack_server, linear_server):
            await server.start()
            stack.push_async_callback(server.stop)
        stack.push_async_callback(slack.aclose)
        stack.push_async_callback(linear.aclose)
        slack.base_url = slack_server.url
        company = found_company(slack, linear, f"{linear_server.url}/graphql", manifest, linear_team)
        company.app.socket_mode = socket_mode
        yield company


def found_company(
    slack: Slack, linear: Linear, linear_url: str, manifest: Mapping[str, Any], linear_team: str | None
) -> Company:
    """Let the company come about in a Slack and a Linear that are served.

    Args:
        slack: whose address is known.
        linear: another one of their own.
        linear_url: where its GraphQL is.
        manifest: of the app that is installed.
        linear_team: the name of a team that Linear has already, beside another; None: only the other.
    """
    team = slack.add_team("Acme", "acme")
    app = slack.install_app(team, manifest=dict(manifest), signing_secret=SIGNING_SECRET)
    vera = slack.add_user(team, "Vera", "Vendor", email="vera@acme.example", admin=True)
    victor = slack.add_user(team, "Victor", "Vendor", email="victor@acme.example")
    ada = slack.add_user(team, "Ada", "Lovelace", email="ada@customer.example")
    bo = slack.add_user(team, "Bo", "Nilsson", email=None, guest=True)
    everyone = [vera, victor, ada, bo, app.bot_user]
    organization = linear.add_organization("Acme", "acme")
    dana = linear.add_user(organization, "Dana Engineer", "dana@acme.example")
    for name in filter(None, (linear_team, "Platform")):
        linear.add_team(organization, name)
    return Company(
        slack=slack,
        linear=linear,
        linear_url=linear_url,
        linear_key=linear.add_api_key(dana),
        linear_app=linear.add_oauth_app(organization, "Threadline"),
        linear_organization=organization,
        dana=dana,
        team=team,
        app=app,
        vera=vera,
        victor=victor,
        ada=ada,
        bo=bo,
        intake=slack.add_channel(team, "acme-help", members=everyone),
        triage=slack.add_channel(team, "acme-triage", private=True, members=[vera, victor, app.bot_user]),
    )
