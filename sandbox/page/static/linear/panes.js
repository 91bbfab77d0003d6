// Linear, as an engineer has it before them.
import { html } from "../vendor/preact-htm.js";
import { registerLinks, registerPane } from "../panes.js";
import { followIssue, LinearPane } from "./pane.js";

registerPane({ id: "linear", order: 20, title: "Linear", render: () => html`<${LinearPane} />` });
registerLinks(followIssue);
