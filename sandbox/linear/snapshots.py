"""Entities as JSON, with the names of Linear's webhook payloads (IssueWebhookPayload and its like)."""

import json
from dataclasses import asdict
from typing import Any

from sandbox.linear.customer_model import Customer, CustomerNeed
from sandbox.linear.model import Attachment, Comment, Issue, IssueLabel, Team, User, WorkflowState
from sandbox.linear.outside import ActorBot, ExternalUser, SlackEntity
from sandbox.linear.scalars import iso, maybe_iso

Kept = Issue | Comment | Attachment | IssueLabel | Customer | CustomerNeed


def _times(entity: Kept) -> dict[str, Any]:
    return {
        "id": entity.id,
        "createdAt": iso(entity.created_at),
        "updatedAt": iso(entity.updated_at),
        "archivedAt": maybe_iso(entity.archived_at),
    }


def user_data(user: User) -> dict[str, Any]:
    """Return a user as other payloads carry it."""
    return {"id": user.id, "name": user.name, "email": user.email, "url": user.url}


def team_data(team: Team) -> dict[str, Any]:
    """Return a team as other payloads carry it."""
    return {"id": team.id, "key": team.key, "name": team.name}


def state_data(state: WorkflowState) -> dict[str, Any]:
    """Return a workflow state as other payloads carry it."""
    return {"id": state.id, "color": state.color, "name": state.name, "type": state.type}


def _label_data(label: IssueLabel) -> dict[str, Any]:
    return {"id": label.id, "color": label.color, "name": label.name, "parentId": None}


def _bot_data(bot: ActorBot | None) -> str | None:
    # The payload's field is a String: JSON inside JSON.
    if bot is None:
        return None
    data = asdict(bot)
    names = {"user_display_name": "userDisplayName", "avatar_url": "avatarUrl", "sub_type": "subType"}
    return json.dumps({names.get(name, name): value for name, value in data.items()})


def _synced_data(entities: list[SlackEntity] | None) -> list[dict[str, Any]] | None:
    # The payload's field is JSON; its shape is taken for that of the API's ExternalEntityInfo.
    if entities is None:
        return None
    return [
        {
            "id": one.id,
            "service": one.service,
            "metadata": {
                "channelId": one.channel_id,
                "channelName": one.channel_name,
                "messageUrl": one.message_url,
                "isFromSlack": one.is_from_slack,
            },
        }
        for one in entities
    ]


def external_user_data(person: ExternalUser) -> dict[str, Any]:
    """Return somebody without a seat as other payloads carry them."""
    return {"id": person.id, "name": person.name, "email": person.email or ""}


def issue_data(issue: Issue) -> dict[str, Any]:
    """Return an issue as its webhook carries it."""
    people = {"assignee": issue.assignee, "creator": issue.creator}
    return {
        **_times(issue),
        "number": issue.number,
        "identifier": issue.identifier,
        "title": issue.title,
        "description": issue.description,
        "priority": issue.priority,
        "priorityLabel": issue.priority_label,
        # Where an issue stands in a list: newest on top, and never moved here.
        "sortOrder": -float(issue.created_turn),
        "prioritySortOrder": -float(issue.created_turn),
        "reactionData": [],
        "subscriberIds": list(dict.fromkeys(one.id for one in people.values() if one)),
        "syncedWith": _synced_data(issue.synced_with),
        "url": issue.url,
        "startedAt": maybe_iso(issue.started_at),
        "completedAt": maybe_iso(issue.completed_at),
        "canceledAt": maybe_iso(issue.canceled_at),
        "trashed": issue.trashed,
        "teamId": issue.team.id,
        "stateId": issue.state.id,
        "previousIdentifiers": list(issue.previous_identifiers),
        "labelIds": issue.label_ids,
        **{f"{role}Id": person.id if person else None for role, person in people.items()},
        **{role: user_data(person) for role, person in people.items() if person},
        "botActor": _bot_data(issue.bot_actor),
        "team": team_data(issue.team),
        "state": state_data(issue.state),
        "labels": [_label_data(label) for label in issue.labels],
    }


def _issue_child(issue: Issue) -> dict[str, Any]:
    return {
        "id": issue.id,
        "identifier": issue.identifier,
        "title": issue.title,
        "teamId": issue.team.id,
        "team": team_data(issue.team),
        "url": issue.url,
    }


def comment_data(comment: Comment) -> dict[str, Any]:
    """Return a comment as its webhook carries it."""
    data = {
        **_times(comment),
        "body": comment.body,
        "issueId": comment.issue.id,
        "externalUserId": comment.external_user.id if comment.external_user else None,
        "syncedWith": _synced_data(comment.synced_with),
        "parentId": comment.parent_id,
        "userId": comment.user.id if comment.user else None,
        "editedAt": maybe_iso(comment.edited_at),
        "resolvedAt": maybe_iso(comment.resolved_at),
        "reactionData": [],
        "botActor": _bot_data(comment.bot_actor),
        "issue": _issue_child(comment.issue),
    }
    parent, outsider = comment.parent, comment.external_user
    return {
        **data,
        **({"user": user_data(comment.user)} if comment.user else {}),
        **({"externalUser": external_user_data(outsider)} if outsider else {}),
        **({"parent": _comment_child(parent)} if parent else {}),
    }


def _comment_child(comment: Comment) -> dict[str, Any]:
    return {
        "id": comment.id,
        "body": comment.body,
        "issueId": comment.issue.id,
        **({"userId": comment.user.id} if comment.user else {}),
    }


def attachment_data(attachment: Attachment) -> dict[str, Any]:
    """Return an attachment as its webhook carries it."""
    return {
        **_times(attachment),
        "title": attachment.title,
        "subtitle": attachment.subtitle,
        "url": attachment.url,
        "metadata": dict(attachment.metadata),
        "source": attachment.source,
        "sourceType": attachment.source_type,
        "groupBySource": attachment.group_by_source,
        "creatorId": attachment.creator.id if attachment.creator else None,
        "issueId": attachment.issue.id,
        "originalIssueId": attachment.original_issue.id if attachment.original_issue else None,
    }


def label_data(label: IssueLabel) -> dict[str, Any]:
    """Return a label as its webhook carries it."""
    return {
        **_times(label),
        "name": label.name,
        "color": label.color,
        "description": label.description,
        "isGroup": label.is_group,
        "teamId": label.team.id if label.team else None,
        "creatorId": label.creator.id if label.creator else None,
    }


def customer_data(customer: Customer) -> dict[str, Any]:
    """Return a customer as its webhook carries it."""
    return {
        **_times(customer),
        "name": customer.name,
        "slugId": customer.slug_id,
        "url": customer.url,
        "domains": list(customer.domains),
        "externalIds": list(customer.external_ids),
        "slackChannelId": customer.slack_channel_id,
        "logoUrl": customer.logo_url,
        "revenue": customer.revenue,
        "size": customer.size,
        "ownerId": customer.owner.id if customer.owner else None,
        "approximateNeedCount": customer.approximate_need_count,
    }


def need_data(need: CustomerNeed) -> dict[str, Any]:
    """Return a customer's need as its webhook carries it."""
    customer = need.customer
    return {
        **_times(need),
        "body": need.body,
        "priority": need.priority,
        "creatorId": need.creator.id if need.creator else None,
        "customerId": customer.id,
        "issueId": need.issue.id,
        "originalIssueId": need.original_issue.id if need.original_issue else None,
        "attachmentId": need.attachment.id if need.attachment else None,
        "customer": {
            "id": customer.id,
            "name": customer.name,
            "domains": list(customer.domains),
            "externalIds": list(customer.external_ids),
        },
        "issue": _issue_child(need.issue),
    }


def snapshot(entity: Kept) -> dict[str, Any]:
    """Return the entity as its webhook carries it; the answer shares nothing that changes later."""
    match entity:
        case Issue():
            return issue_data(entity)
        case Comment():
            return comment_data(entity)
        case Attachment():
            return attachment_data(entity)
        case Customer():
            return customer_data(entity)
        case CustomerNeed():
            return need_data(entity)
    return label_data(entity)


# What other entities say, or what only follows from another property: never in ``updatedFrom``.
_DERIVED = {
    *("assignee", "creator", "user", "externalUser", "parent", "team", "state", "labels", "issue", "customer"),
    *("url", "priorityLabel", "identifier", "subscriberIds", "syncedWith"),
}


def flat(data: dict[str, Any]) -> dict[str, Any]:
    """Return the properties of a snapshot that ``updatedFrom`` may name."""
    kept = {name: value for name, value in data.items() if name not in _DERIVED}
    # An attachment's address is its own property; an issue's and a comment's follows from other ones.
    return {**kept, "url": data["url"]} if "groupBySource" in data else kept
