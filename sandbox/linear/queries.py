"""The fields that are read: which entities a field leads to, filtered and cut into pages."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from sandbox.linear.access import require_uuid
from sandbox.linear.budget import HOUR
from sandbox.linear.context import Context, Info
from sandbox.linear.errors import not_found
from sandbox.linear.filters import Filter
from sandbox.linear.model import Comment, Entity, Issue, Team, User, WorkflowState
from sandbox.linear.paging import Connection, connection
from sandbox.linear.subscription import Webhook

Resolver = Callable[..., Any]


def paged(entities: Callable[[Any, Context], Iterable[Entity]]) -> Resolver:
    """Return the resolver that answers a page of these entities of a source, filtered."""

    def resolve(source: Any, info: Info, **args: Any) -> Connection:
        context = info.context
        wanted = Filter(args.get("filter"), context.actor.user, context.now)
        return connection(filter(wanted.meets, entities(source, context)), args)

    return resolve


def _users(_source: Any, info: Info, **args: Any) -> Connection:
    context = info.context
    wanted = Filter(args.get("filter"), context.actor.user, context.now)
    users = [user for user in context.access.users() if user.active or args.get("includeDisabled")]
    return connection(filter(wanted.meets, users), args)


def _for_url(_source: Any, info: Info, url: str, **args: Any) -> Connection:
    context = info.context
    return connection((one for one in context.access.attachments() if one.url == url), args)


def _viewer(_source: Any, info: Info) -> User:
    return info.context.actor.user


def _organization(_source: Any, info: Info) -> Any:
    return info.context.access.organization


def _user(_source: Any, info: Info, **args: str) -> User:
    return info.context.access.user_of(require_uuid("id", args["id"]))


def _team(_source: Any, info: Info, **args: str) -> Team:
    return info.context.access.team(require_uuid("id", args["id"]))


def _state(_source: Any, info: Info, **args: str) -> WorkflowState:
    return info.context.access.state(require_uuid("id", args["id"]))


def _issue(_source: Any, info: Info, **args: str) -> Issue:
    return info.context.access.issue(args["id"])


def _comment(_source: Any, info: Info, **args: str | None) -> Comment:
    context = info.context
    wanted = args.get("id")
    if wanted is None:
        raise not_found("Comment")
    return context.access.comment(require_uuid("id", wanted))


def _attachment(_source: Any, info: Info, **args: str) -> Any:
    return info.context.access.attachment(require_uuid("id", args["id"]))


def _webhooks(_source: Any, info: Info, **args: Any) -> Connection:
    return connection(info.context.acts.webhooks.all(info.context.actor), args)


def _webhook(_source: Any, info: Info, **args: str) -> Any:
    return info.context.acts.webhooks.one(info.context.actor, args["id"])


def _webhook_url(webhook: Webhook, _info: Info) -> str | None:
    return webhook.url if webhook.oauth_client_id is None else None


def _rate_limit_status(_source: Any, info: Info) -> dict[str, Any]:
    context = info.context
    limits = [
        {
            "type": gauge.name,
            "allowed_amount": gauge.limit,
            "requested_amount": 1 if gauge.name == "requests" else context.points,
            "remaining_amount": gauge.remaining,
            "period": HOUR * 1000,
            "reset": gauge.reset_ms,
        }
        for gauge in context.budget.gauges()
    ]
    return {"identifier": context.actor.user.id, "kind": context.budget.kind, "limits": limits}


def _issues_of_team(team: Team, context: Context) -> list[Issue]:
    return [issue for issue in context.access.issues() if issue.team is team]


def _is_me(user: User, info: Info) -> bool:
    return user is info.context.actor.user


QUERIES: Mapping[tuple[str, str], Resolver] = {
    ("Query", "viewer"): _viewer,
    ("Query", "organization"): _organization,
    ("Query", "user"): _user,
    ("Query", "users"): _users,
    ("Query", "team"): _team,
    ("Query", "teams"): paged(lambda _source, context: context.access.teams()),
    ("Query", "workflowState"): _state,
    ("Query", "workflowStates"): paged(lambda _source, context: context.access.states()),
    ("Query", "issueLabels"): paged(lambda _source, context: context.access.labels()),
    ("Query", "issue"): _issue,
    ("Query", "issues"): paged(lambda _source, context: context.access.issues()),
    ("Query", "comment"): _comment,
    ("Query", "comments"): paged(lambda _source, context: context.access.comments()),
    ("Query", "attachment"): _attachment,
    ("Query", "attachmentsForURL"): _for_url,
    ("Query", "webhook"): _webhook,
    ("Query", "webhooks"): _webhooks,
    ("Query", "rateLimitStatus"): _rate_limit_status,
    ("Webhook", "url"): _webhook_url,
    ("User", "isMe"): _is_me,
    ("Team", "states"): paged(lambda team, _context: team.states),
    ("Team", "members"): paged(lambda team, _context: team.members),
    ("Team", "issues"): paged(_issues_of_team),
    ("Issue", "comments"): paged(lambda issue, _context: issue.comments),
    ("Issue", "attachments"): paged(lambda issue, _context: issue.attachments),
    ("Issue", "history"): paged(lambda issue, _context: issue.history),
    ("Issue", "labels"): paged(lambda issue, _context: issue.labels),
}
