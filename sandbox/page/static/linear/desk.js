// What an engineer does in Linear; whatever Linear refuses is said.
import { act } from "../store.js";
import { toldIfRefused } from "../ui/toast.js";

/** Return the hands of one engineer: each does something and tells whether it was done. */
export function handsOf(as) {
  const does = async (what, parts) => toldIfRefused(await act("/_/linear/act", { as, do: what, ...parts }));
  return {
    raise: (team, title, description) => does("raise", { team, title, description }),
    move: (issue, state) => does("move", { issue, state }),
    rename: (issue, title) => does("rename", { issue, title }),
    describe: (issue, description) => does("describe", { issue, description }),
    prioritize: (issue, priority) => does("prioritize", { issue, priority }),
    assign: (issue, user) => does("assign", { issue, user }),
    label: (issue, label) => does("label", { issue, label }),
    unlabel: (issue, label) => does("unlabel", { issue, label }),
    comment: (issue, body) => does("comment", { issue, body }),
    editComment: (comment, body) => does("edit_comment", { comment, body }),
    deleteComment: (comment) => does("delete_comment", { comment }),
    remove: (issue) => does("delete", { issue }),
    restore: (issue) => does("restore", { issue }),
  };
}

/** Handle a webhook's delivery, or turn a switch for those that come. */
export const handle = async (parts) => toldIfRefused(await act("/_/linear/webhooks/act", parts));

const TYPES = ["triage", "backlog", "unstarted", "started", "completed", "canceled", "duplicate"];

/** A team's states as a board has them: by type, then by position. */
export function statesOf(data, team) {
  const own = data.states.filter((state) => state.teamId === team.id);
  return own.sort(
    (one, other) => TYPES.indexOf(one.type) - TYPES.indexOf(other.type) || one.position - other.position,
  );
}
