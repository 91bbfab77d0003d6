"""The fields that change something: each hands its arguments on and wraps what came of it in a payload."""

from collections.abc import Callable, Mapping
from typing import Any

from sandbox.linear.context import Context, Info

Resolver = Callable[..., Any]


def payload(name: str, act: Callable[..., Any]) -> Resolver:
    """Return the resolver that carries out the act and answers what it made under that name."""

    def resolve(_source: Any, info: Info, **args: Any) -> dict[str, Any]:
        made = act(info.context, **args)
        return {"success": True, "last_sync_id": info.context.world.turn, name: made}

    return resolve


def _team_create(context: Context, **args: Any) -> Any:
    return context.acts.teams.create(context.actor, args["input"])


def _issue_create(context: Context, **args: Any) -> Any:
    return context.acts.issues.create(context.actor, args["input"])


def _issue_update(context: Context, **args: Any) -> Any:
    return context.acts.issues.update(context.actor, args["id"], args["input"])


def _issue_archive(context: Context, **args: Any) -> Any:
    return context.acts.issues.archive(context.actor, args["id"], trash=bool(args.get("trash")))


def _issue_unarchive(context: Context, **args: Any) -> Any:
    return context.acts.issues.unarchive(context.actor, args["id"])


def _issue_delete(context: Context, **args: Any) -> Any:
    permanently = bool(args.get("permanentlyDelete"))
    return context.acts.issues.delete(context.actor, args["id"], permanently=permanently)


def _comment_create(context: Context, **args: Any) -> Any:
    return context.acts.comments.create(context.actor, args["input"])


def _comment_update(context: Context, **args: Any) -> Any:
    skip = bool(args.get("skipEditedAt"))
    return context.acts.comments.update(context.actor, args["id"], args["input"], skip_edited_at=skip)


def _comment_delete(context: Context, **args: Any) -> Any:
    return context.acts.comments.delete(context.actor, args["id"]).id


def _attachment_create(context: Context, **args: Any) -> Any:
    return context.acts.attachments.create(context.actor, args["input"])


def _attachment_delete(context: Context, **args: Any) -> Any:
    return context.acts.attachments.delete(context.actor, args["id"]).id


def _file_upload(context: Context, **args: Any) -> Any:
    return context.uploads.announce(context.actor, context.base_url, args)


def _webhook_create(context: Context, **args: Any) -> Any:
    return context.acts.webhooks.create(context.actor, args["input"])


def _webhook_update(context: Context, **args: Any) -> Any:
    return context.acts.webhooks.update(context.actor, args["id"], args["input"])


def _webhook_delete(context: Context, **args: Any) -> Any:
    return context.acts.webhooks.delete(context.actor, args["id"]).id


def _webhook_rotate_secret(context: Context, **args: Any) -> Any:
    return context.acts.webhooks.rotate_secret(context.actor, args["id"])


MUTATIONS: Mapping[tuple[str, str], Resolver] = {
    ("Mutation", "teamCreate"): payload("team", _team_create),
    ("Mutation", "issueCreate"): payload("issue", _issue_create),
    ("Mutation", "issueUpdate"): payload("issue", _issue_update),
    ("Mutation", "issueArchive"): payload("entity", _issue_archive),
    ("Mutation", "issueUnarchive"): payload("entity", _issue_unarchive),
    ("Mutation", "issueDelete"): payload("entity", _issue_delete),
    ("Mutation", "commentCreate"): payload("comment", _comment_create),
    ("Mutation", "commentUpdate"): payload("comment", _comment_update),
    ("Mutation", "commentDelete"): payload("entity_id", _comment_delete),
    ("Mutation", "attachmentCreate"): payload("attachment", _attachment_create),
    ("Mutation", "attachmentDelete"): payload("entity_id", _attachment_delete),
    ("Mutation", "fileUpload"): payload("upload_file", _file_upload),
    ("Mutation", "webhookCreate"): payload("webhook", _webhook_create),
    ("Mutation", "webhookUpdate"): payload("webhook", _webhook_update),
    ("Mutation", "webhookDelete"): payload("entity_id", _webhook_delete),
    ("Mutation", "webhookRotateSecret"): payload("secret", _webhook_rotate_secret),
}
