"""The fields of customers and their needs."""

from collections.abc import Mapping
from typing import Any

from sandbox.linear.context import Context, Info
from sandbox.linear.customer_model import Customer, CustomerNeed
from sandbox.linear.model import Issue
from sandbox.linear.mutations import Resolver, payload
from sandbox.linear.queries import paged


def _customer(_source: Any, info: Info, **args: str) -> Customer:
    return info.context.acts.customers.one(info.context.actor, args["id"])


def _need(_source: Any, info: Info, **args: str | None) -> CustomerNeed:
    return info.context.acts.customers.need(info.context.actor, args.get("id"))


def _all_customers(_source: Any, context: Context) -> list[Customer]:
    return context.acts.customers.all(context.actor)


def _all_needs(_source: Any, context: Context) -> list[CustomerNeed]:
    context.acts.customers.all(context.actor)
    return context.acts.customers.needs(context.actor)


def _needs_of_issue(issue: Issue, context: Context) -> list[CustomerNeed]:
    return [need for need in context.acts.customers.needs(context.actor) if need.issue is issue]


def _needs_of_customer(customer: Customer, info: Info) -> list[CustomerNeed]:
    context = info.context
    return [need for need in context.acts.customers.needs(context.actor) if need.customer is customer]


def _no_related(_source: Any, _info: Info) -> list[CustomerNeed]:
    return []


def _upsert(context: Context, **args: Any) -> Customer:
    return context.acts.customers.upsert(context.actor, args["input"])


def _need_create(context: Context, **args: Any) -> CustomerNeed:
    return context.acts.customers.create_need(context.actor, args["input"])


def _need_update(context: Context, **args: Any) -> CustomerNeed:
    return context.acts.customers.update_need(context.actor, args["id"], args["input"])


def _need_delete(context: Context, **args: Any) -> str:
    keep = args.get("keepAttachment") is not False
    return context.acts.customers.delete_need(context.actor, args["id"], keep_attachment=keep).id


CUSTOMER_FIELDS: Mapping[tuple[str, str], Resolver] = {
    ("Query", "customer"): _customer,
    ("Query", "customers"): paged(_all_customers),
    ("Query", "customerNeed"): _need,
    ("Query", "customerNeeds"): paged(_all_needs),
    ("Issue", "needs"): paged(_needs_of_issue),
    ("Customer", "needs"): _needs_of_customer,
    ("CustomerNeedUpdatePayload", "updatedRelatedNeeds"): _no_related,
    ("Mutation", "customerUpsert"): payload("customer", _upsert),
    ("Mutation", "customerNeedCreate"): payload("need", _need_create),
    ("Mutation", "customerNeedUpdate"): payload("need", _need_update),
    ("Mutation", "customerNeedDelete"): payload("entity_id", _need_delete),
}
