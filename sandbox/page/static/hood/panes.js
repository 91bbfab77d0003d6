// The weather, and what is under the hood.
import { html } from "../vendor/preact-htm.js";
import { registerPane } from "../panes.js";
import { Hood, HoodBadge } from "./hood.js";
import { Weather, WeatherBadge } from "./weather.js";

registerPane({
  id: "weather",
  order: 30,
  title: "Weather",
  render: () => html`<${Weather} />`,
  badge: WeatherBadge,
});
registerPane({ id: "hood", order: 40, title: "Under the hood", render: () => html`<${Hood} />`, badge: HoodBadge });
