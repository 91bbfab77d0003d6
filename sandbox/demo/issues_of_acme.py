"""The ten issues of the demo: who raised them, and who did and said what then."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Act:
    """One thing that somebody does: presses what stands under the issue, or says something in its thread.

    ``after``: once they read these words there.
    """

    who: str
    after: str = ""
    press: str = ""
    says: str = ""

    @property
    def is_customer(self) -> bool:
        """Whether it is done where the customers are."""
        return self.who in {"ada", "bo"}


@dataclass(frozen=True, kw_only=True)
class Story:
    """One issue."""

    customer: str
    title: str
    description: str
    priority: str
    category: str
    acts: Sequence[Act] = ()


STORIES: Sequence[Story] = (
    Story(
        customer="ada",
        title="Export to CSV stops at 500 rows",
        description="Since this morning every export ends after 500 rows.\nI tried Safari & Firefox.",
        priority="High",
        category="Bug",
        acts=(
            Act(who="victor", press="Start"),
            Act(who="victor", says="The new parser counts the header twice."),
            Act(who="victor", says="@customer Found it, a fix is on its way."),
            Act(who="ada", after="a fix is on its way", says="Thank you, that was quick!"),
        ),
    ),
    Story(
        customer="bo",
        title="Can we get invoices as PDF?",
        description="Our accountant does not take links.",
        priority="Low",
        category="Billing",
    ),
    Story(
        customer="ada",
        title="Password reset mail never arrives",
        description="Two colleagues wait for it since yesterday. It is not in the spam folder either.",
        priority="Urgent",
        category="Account",
        acts=(
            Act(who="vera", press="Start"),
            Act(who="vera", says="@customer The mail service had blocked your domain. Please try once more."),
            Act(who="vera", press="Resolve"),
            Act(who="ada", press="Confirm solved"),
        ),
    ),
    Story(
        customer="bo",
        title="Dark mode hides the cursor",
        description="In the editor it is black on black.",
        priority="Low",
        category="Bug",
        acts=(Act(who="victor", press="Claim"),),
    ),
    Story(
        customer="ada",
        title="API answers 504 on Monday mornings",
        description="Between 8 and 9, about one call in twenty:\n```GET /v2/orders -> 504```",
        priority="High",
        category="Bug",
        acts=(
            Act(who="victor", press="Start"),
            Act(who="victor", says="The weekly report takes the database with it. I move it to the night."),
        ),
    ),
    Story(
        customer="bo",
        title="Wrong currency on the March invoice",
        description="It says USD, our contract is in EUR.",
        priority="High",
        category="Billing",
        acts=(
            Act(who="vera", press="Start"),
            Act(who="vera", says="@customer You are right. The new invoice is in your inbox."),
            Act(who="vera", press="Resolve"),
        ),
    ),
    Story(
        customer="ada",
        title="Please add a second admin",
        description="Grace Hopper, grace@customer.example. I am away in December.",
        priority="Medium",
        category="Account",
        acts=(
            Act(who="victor", press="Resolve"),
            Act(who="ada", press="Confirm solved"),
        ),
    ),
    Story(
        customer="bo",
        title="Search does not find names with umlauts",
        description="Müller is there, and is not found. Muller finds him.",
        priority="Medium",
        category="Bug",
        acts=(
            Act(who="victor", press="Resolve"),
            Act(who="bo", press="Still broken"),
        ),
    ),
    Story(
        customer="ada",
        title="Dates in the report are a day off",
        description="Only for our office in Auckland.",
        priority="Medium",
        category="Bug",
        acts=(Act(who="vera", press="Start"),),
    ),
    Story(
        customer="ada",
        title="Webhooks for new orders",
        description="So that our warehouse need not ask every minute.",
        priority="Low",
        category="Feature",
    ),
)
