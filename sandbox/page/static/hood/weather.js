// Bad weather by switches, and what it does to what is owed.
import { html } from "../vendor/preact-htm.js";
import { act } from "../store.js";
import { toldIfRefused } from "../ui/toast.js";
import { useHood } from "./live.js";
import { useSince } from "./ticking.js";

const TRY = {
  slack_busy: "Press a button in Slack: the form answers, the messages follow when Slack lets them.",
  linear_down: "Raise an issue: Slack has it at once, Linear as soon as it is back, in order.",
  answers_lost: "Raise an issue or press a button: count the messages afterwards.",
  database_held: "Press a button meanwhile, or write a reply.",
  bot_killed: "Write a reply in a thread while the bot is down, and watch it arrive.",
};

export function Weather() {
  const { data, error } = useHood();
  const raging = Boolean(data?.weather.some((one) => one.on));
  const since = useSince(data, raging);
  if (!data) return html`<p class="nothing">${error || "Looking…"}</p>`;
  return html`<div class="hood">
    <header class="hood-head"><h2>Weather</h2><p class="muted">Let things go wrong, and see that nothing is lost and nothing is said twice.</p></header>
    <div class="hood-body">
      <${Still} data=${data} raging=${raging} />
      ${data.weather.map((one) => html`<${Kind} key=${one.name} one=${one} left=${Math.max(0, one.left - since)} />`)}
    </div>
  </div>`;
}

/** In a sentence: what waits, and whether the bot is there. */
function Still({ data, raging }) {
  const waits = data.owed?.length || 0;
  const again = data.told_again.length;
  const words = [
    data.bot.state === "up"
      ? "The bot is up"
      : data.bot.state === "starting"
        ? "The bot is starting"
        : "The bot is down",
    waits ? `${waits} ${waits === 1 ? "delivery waits" : "deliveries wait"}` : "nothing waits",
    ...(again ? [`Slack will tell ${again} ${again === 1 ? "event" : "events"} again`] : []),
  ];
  const calm = !raging && !waits && !again && data.bot.state === "up";
  return html`<p role="status" class=${`still ${calm ? "good" : data.bot.state === "up" ? "warn" : "bad"}`}>${words.join(", ")}.</p>`;
}

function Kind({ one, left }) {
  const turn = async (on) => toldIfRefused(await act("/_/weather", { name: one.name, on }));
  const gone = one.on ? Math.min(1, left / one.seconds) : 0;
  const met = one.met === 1 ? "once" : `${one.met} times`;
  return html`<section class=${`kind ${one.on ? "on" : ""}`} aria-labelledby=${`weather-${one.name}`}>
    <div class="kind-words">
      <h3 id=${`weather-${one.name}`}>${one.title}</h3>
      <p>${one.says}</p>
      <p class="muted"><small>Try: ${TRY[one.name]}</small></p>
    </div>
    <div class="kind-act">
      <button type="button" class=${`button ${one.on ? "danger" : ""}`} aria-describedby=${`weather-${one.name}`} onClick=${() => turn(!one.on)}>
        ${one.on ? "End it" : `Start, ${one.seconds} s`}</button>
      <small class="muted">${one.on ? (left > 0 ? `${Math.ceil(left)} s left` : "ending…") : one.met ? `Struck ${met}` : " "}</small>
    </div>
    ${one.on && html`<div class="left" aria-hidden="true"><i style=${{ width: `${gone * 100}%` }}></i></div>`}
  </section>`;
}

/** How many sorts of weather are on. */
export function WeatherBadge() {
  const { data } = useHood();
  const on = data?.weather.filter((one) => one.on).length || 0;
  return on ? html`<span class="count">${on}<span class="sr"> on</span></span>` : null;
}
