// The page: each part registers its panes, then the shell shows them side by side.
import { html, render } from "./vendor/preact-htm.js";
import { Shell } from "./shell.js";
import "./slack/panes.js";
import "./linear/panes.js";
import "./hood/panes.js";

const root = document.getElementById("app");
root.replaceChildren();
render(html`<${Shell} />`, root);
