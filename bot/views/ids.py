"""Every callback_id, action_id and block_id, once."""

from typing import Final

# Callback ids of views and shortcuts. The shortcuts' are also in manifest.yml.
RAISE_MODAL: Final = "raise_issue"
REFUSED_MODAL: Final = "refused"
NOTE_MODAL: Final = "note"
RAISE_GLOBAL_SHORTCUT: Final = "raise_issue_global"
RAISE_MESSAGE_SHORTCUT: Final = "raise_issue_from_message"

# Block ids and action ids of the raise modal: Slack keeps what was typed as long as both stay the same.
TITLE_BLOCK: Final = "title"
DESCRIPTION_BLOCK: Final = "description"
PRIORITY_BLOCK: Final = "priority"
CATEGORY_BLOCK: Final = "category"
ORGANIZATION_BLOCK: Final = "organization"
CUSTOMER_BLOCK: Final = "customer"
FILES_BLOCK: Final = "files"
AUDIENCE_BLOCK: Final = "audience"
VALUE: Final = "value"

# Buttons of issue messages. Their value names the issue.
CLAIM: Final = "claim"
START: Final = "start"
RESOLVE: Final = "resolve"
REOPEN: Final = "reopen"
CLOSE: Final = "close"
TRY_AGAIN: Final = "try_again"
TROUBLE_BUTTONS: Final = "trouble_buttons"
# Its value names an organization.
TRY_ALL_AGAIN: Final = "try_all_again"
STATUS_BUTTONS: Final = "status_buttons"
MENU: Final = "menu"
VENDOR_BUTTONS: Final = "vendor_buttons"
CUSTOMER_BUTTONS: Final = "customer_buttons"
ADD_DETAILS: Final = "add_details"
CONFIRM_SOLVED: Final = "confirm_solved"
STILL_BROKEN: Final = "still_broken"
# Entries of the vendors' menu: the first word of the chosen option's value.
MENU_REPLY: Final = "reply"
MENU_NOTE: Final = "note"
MENU_ASSIGN: Final = "assign"
MENU_CHANGE: Final = "change"
MENU_LINEAR: Final = "linear"
# The modals behind them.
REPLY_MODAL: Final = "reply_to_customer"
NOTE_TO_TEAM_MODAL: Final = "internal_note"
DETAILS_MODAL: Final = "add_details"
ASSIGN_MODAL: Final = "assign"
CHANGE_MODAL: Final = "change_issue"
WORDS_BLOCK: Final = "words"
ASSIGNEE_BLOCK: Final = "assignee"
# What an issue follows in Linear. The first is an input of the raise modal, too.
LINEAR_BLOCK: Final = "linear_issue"
LINEAR_TIE_MODAL: Final = "linear_tie"
LINEAR_BUTTONS: Final = "linear_buttons"
LINK_LINEAR: Final = "link_linear"
UNLINK_LINEAR: Final = "unlink_linear"
PAUSE_LINEAR: Final = "pause_linear"
RESUME_LINEAR: Final = "resume_linear"

# Registration and channels.
REGISTER_MODAL: Final = "register"
CODE_BLOCK: Final = "code"
LINK_CHANNEL_MODAL: Final = "link_channel"
PART_BLOCK: Final = "part"
VISIBILITY_BLOCK: Final = "visibility"
# The button of the message that is pinned in an intake channel.
RAISE_BUTTON: Final = "raise_issue"


# Modes, tokens, people and settings. A block id may go on after a colon: another one lets an input begin anew.
CHOOSE_MODE: Final = "choose_mode"
TOKENS_MODAL: Final = "tokens"
REVOKE_TOKEN: Final = "revoke_token"  # noqa: S105 - an id
PEOPLE_MODAL: Final = "people"
PEOPLE_ORGANIZATION: Final = "people_organization"
PERSON_BLOCK: Final = "person"
KINDS_BLOCK: Final = "kinds"
SETTINGS_MODAL: Final = "settings"
SETTINGS_ORGANIZATION: Final = "settings_organization"
CUSTOMERS_JOIN_BLOCK: Final = "customers_join"
REPLY_MARKER_BLOCK: Final = "reply_marker"
REOPEN_DAYS_BLOCK: Final = "reopen_days"
LINEAR_EXCHANGE_BLOCK: Final = "linear_exchange"
LINEAR_TITLES_BLOCK: Final = "linear_titles"
# One for each status: the status follows an underline.
LINEAR_STATE_BLOCK: Final = "linear_state"

# Connecting with Linear.
LINEAR_MODAL: Final = "linear"
LINEAR_ORGANIZATION: Final = "linear_organization"
LINEAR_KEY_BLOCK: Final = "linear_key"
LINEAR_SECRET_BLOCK: Final = "linear_webhook_secret"  # noqa: S105 - an id
LINEAR_TEAM_BLOCK: Final = "linear_team"
LINEAR_INSTALL: Final = "linear_install"
LINEAR_DISCONNECT: Final = "linear_disconnect"
