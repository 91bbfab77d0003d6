// Slack twice, each with a person of its own: whoever one is on the left can be met on the right.
import { html } from "../vendor/preact-htm.js";
import { registerLinks, registerPane, showPane } from "../panes.js";
import { followPermalink, SlackPane } from "./pane.js";
import { PersonBadge } from "./person.js";

for (const [index, id] of ["slack-1", "slack-2"].entries()) {
  registerPane({
    id,
    order: 10 + index,
    title: index ? "Slack, second person" : "Slack, first person",
    label: () => html`
      <${PersonBadge} pane=${id} index=${index} fallback=${index ? "Slack 2" : "Slack 1"} />
    `,
    render: () => html`
      <${SlackPane} id=${id} index=${index} />
    `,
  });
}
registerLinks((url, event) =>
  followPermalink(url, event?.target?.closest?.(".pane")?.id?.replace("pane-", ""), showPane),
);
