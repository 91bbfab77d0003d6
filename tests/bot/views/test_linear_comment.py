"""How a comment begins in Linear: who said it to whom, and in which conversation."""

import pytest

from bot.domain.conversation import InternalComment, PublicComment
from bot.views.linear_comment import comment_for_linear

ADA = PublicComment(
    author_name="Ada *L*",
    author_first_name="Ada",
    by_customer=True,
    organization_name="Acme",
    text="It fails.",
)
VERA = PublicComment(
    author_name="Vera", author_first_name="Vera", by_customer=False, organization_name="Acme", text="It fails."
)
NOTE = InternalComment(author_name="Vera", internal_text="It fails.")


@pytest.mark.parametrize(
    ("comment", "is_app", "heading"),
    [
        (ADA, False, "**Ada \\*L\\*** (customer) in ISS-2026-0001"),
        (VERA, False, "**Vera** to the customer in ISS-2026-0001"),
        (NOTE, False, "**Internal note** by Vera in ISS-2026-0001"),
        (ADA, True, "In ISS-2026-0001"),
        (NOTE, True, "**Internal note** in ISS-2026-0001"),
    ],
)
def test_where_several_issues_follow_one_each_comment_names_its_own(
    comment: PublicComment | InternalComment, heading: str, *, is_app: bool
) -> None:
    alone = comment_for_linear(comment, [], is_app=is_app)
    assert "ISS" not in alone
    among_several = comment_for_linear(comment, [], is_app=is_app, number="ISS-2026-0001")
    assert among_several == f"{heading}\n\nIt fails."
