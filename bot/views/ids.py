"""Every callback_id, action_id and block_id, once."""

from typing import Final

# Callback ids of views and shortcuts. The shortcuts' are also in manifest.yml.
RAISE_MODAL: Final = "raise_issue"
RAISED_MODAL: Final = "issue_raised"
REFUSED_MODAL: Final = "raise_refused"
RAISE_GLOBAL_SHORTCUT: Final = "raise_issue_global"
RAISE_MESSAGE_SHORTCUT: Final = "raise_issue_from_message"

# Block ids and action ids of the raise modal: Slack keeps what was typed as long as both stay the same.
TITLE_BLOCK: Final = "title"
DESCRIPTION_BLOCK: Final = "description"
PRIORITY_BLOCK: Final = "priority"
CATEGORY_BLOCK: Final = "category"
ORGANIZATION_BLOCK: Final = "organization"
AUDIENCE_BLOCK: Final = "audience"
VALUE: Final = "value"
