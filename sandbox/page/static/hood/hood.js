// What goes over the wires, how fast the bot answers, and what still waits.
import { html, useState } from "../vendor/preact-htm.js";
import { useHood } from "./live.js";
import { fullTime, momentOf } from "../ui/time.js";
import { milliseconds, useSince } from "./ticking.js";

const CLOCK = new Intl.DateTimeFormat(undefined, {
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
  hourCycle: "h23",
});
const KINDS = {
  "linear.configure_team": "Find or make the team",
  "linear.create_issue": "Create the issue",
  "linear.attach_thread": "Link the Slack thread",
  "linear.update_issue": "Update the issue",
  "linear.send_comment": "Send a comment",
  "linear.send_file": "Send a file",
  "slack.post_issue": "Post the issue's message",
  "slack.edit_issue": "Edit the issue's message",
  "slack.post_line": "Say it in the thread",
  "slack.show_comment": "Show a comment",
  "slack.share_file": "Share a file",
  "slack.post_button": "Post the Raise issue button",
  "slack.pin_button": "Pin the Raise issue button",
  "slack.remove_button": "Remove the Raise issue button",
  "slack.ask_owner": "Ask the owner",
  "slack.tell_owner": "Tell the owner",
  "slack.tidy": "Look for doubles",
};
const TO = {
  linear: "Linear",
  customer: "customer",
  triage: "triage",
  customer_files: "customer, files",
  triage_files: "triage, files",
  person: "a person",
  tidy: "tidying",
};

export function Hood() {
  const { data, error } = useHood();
  const since = useSince(data, Boolean(data?.owed?.length || data?.told_again.length));
  if (!data) return html`<p class="nothing">${error || "Looking…"}</p>`;
  return html`<div class="hood">
    <header class="hood-head"><h2>Under the hood</h2><p class="muted">The bot runs in a process of its own, and knows nothing of this page.</p></header>
    <div class="hood-body">
      <${Bot} data=${data} />
      <${Acknowledged} took=${data.acknowledged} />
      <${Owed} owed=${data.owed} since=${since} />
      ${data.told_again.length > 0 && html`<${ToldAgain} events=${data.told_again} since=${since} />`}
      <${Requests} requests=${data.requests} />
    </div>
  </div>`;
}

function Bot({ data }) {
  const { bot, ready, story } = data;
  const problems = Object.entries({
    ...ready?.problems,
    ...Object.fromEntries(
      Object.entries(ready?.warnings || {}).map(([name, one]) => [name, `${one.why} ${one.fix}`]),
    ),
  });
  const look = bot.state === "up" && ready?.ready ? "good" : bot.state === "down" ? "bad" : "warn";
  const words = { up: ready?.ready ? "Up and ready" : "Up, not ready", starting: "Starting", down: "Down" }[
    bot.state
  ];
  return html`<section class="tile"><h3>The bot</h3>
    <p><span class=${`sign ${look}`}>${words}</span> <span class="muted">${bot.process ? `process ${bot.process}` : "no process"}, started ${bot.starts === 1 ? "once" : `${bot.starts} times`}</span></p>
    ${problems.map(([name, text]) => html`<p class="problem" key=${name}>${text}</p>`)}
    ${story.of > story.told && html`<p class="muted">Acme's people are at work: ${story.told} of ${story.of} issues are told.</p>`}
  </section>`;
}

function Acknowledged({ took }) {
  if (!took.count)
    return html`<section class="tile"><h3>Acknowledged</h3><p class="muted">Nothing was sent to the bot yet. Slack waits ${took.limit} s at most.</p></section>`;
  const part = Math.min(1, took.slowest / took.limit);
  return html`<section class="tile"><h3>Acknowledged</h3>
    <dl class="times">${[
      ["Half within", took.median],
      ["95% within", took.slow],
      ["Slowest", took.slowest],
    ].map(([name, value]) => html`<div key=${name}><dt>${name}</dt><dd>${milliseconds(value)}</dd></div>`)}</dl>
    <div class="limit" role="img" aria-label=${`The slowest of ${took.count} took ${milliseconds(took.slowest)} of ${took.limit} s`}><i class=${part > 0.8 ? "bad" : ""} style=${{ width: `${Math.max(1, part * 100)}%` }}></i></div>
    <p class="limit-words"><small class="muted">The slowest of ${took.count}</small><small class="muted">Slack's limit: ${took.limit} s</small></p>
    ${took.late > 0 && html`<p class="problem">${took.late} ${took.late === 1 ? "was" : "were"} not answered in time; events are told again.</p>`}
  </section>`;
}

const AT_FIRST = 6;

function Owed({ owed, since }) {
  const [all, setAll] = useState(false);
  if (owed === null)
    return html`<section class="tile wide"><h3>Waits for delivery</h3><p class="muted">The bot has not told yet.</p></section>`;
  return html`<section class="tile wide"><h3>Waits for delivery<span class="many">${owed.length || ""}</span></h3>
    ${owed.length === 0 && html`<p class="muted">Nothing: all that is owed to Slack and Linear is there.</p>`}
    <ul class="owed">${owed.slice(0, all ? 100 : AT_FIRST).map(
      (one, number) => html`<li key=${number}>
      <span class=${`sign ${one.stuck ? "bad" : one.attempts ? "warn" : ""}`}>${one.stuck ? "Stuck" : one.state === "sending" ? "On its way" : "Waits"}</span>
      <span class="owed-words">${KINDS[one.kind] || one.kind}<small>${[one.issue, `to ${TO[one.destination] || one.destination}`].filter(Boolean).join(", ")}${!one.first ? ", behind another" : ""}${one.error ? `: ${one.error}` : ""}</small></span>
      <span class="owed-when"><small>${one.attempts ? `tried ${one.attempts === 1 ? "once" : `${one.attempts} times`}` : ""}</small>
        <small>${one.first && one.due_in_seconds > 0.5 ? `next in ${Math.max(0, Math.ceil(one.due_in_seconds - since))} s` : `for ${Math.round(one.waiting_seconds + since)} s`}</small></span>
    </li>`,
    )}</ul>
    ${owed.length > AT_FIRST && html`<button type="button" class="way" aria-expanded=${all} onClick=${() => setAll(!all)}>${all ? "Show the first only" : `Show ${owed.length - AT_FIRST} more`}</button>`}
  </section>`;
}

function ToldAgain({ events, since }) {
  return html`<section class="tile wide"><h3>Slack tells again<span class="many">${events.length}</span></h3>
    <p class="muted"><small>Slack itself waits a minute and five; here it is ten seconds and thirty.</small></p>
    <ul class="owed">${events.map(
      (one, number) => html`<li key=${number}><span class="sign warn">Time ${one.tries}</span>
      <span class="owed-words">an event<small>${one.reason.replace("_", " ")}</small></span><span class="owed-when"><small>in ${Math.max(0, Math.ceil(one.in_seconds - since))} s</small></span></li>`,
    )}</ul>
  </section>`;
}

const WAYS = ["All", "Slack → bot", "bot → Slack", "bot → Linear", "Linear → bot"];

function Requests({ requests }) {
  const [way, setWay] = useState("All");
  const shown = requests.filter((one) => way === "All" || way === `${one.from} → ${one.to}`);
  return html`<section class="tile wide"><h3>Requests</h3>
    <div class="ways" role="group" aria-label="Which requests">${WAYS.map((one) => html`<button type="button" key=${one} class="way" aria-pressed=${way === one} onClick=${() => setWay(one)}>${one}</button>`)}</div>
    <div class="wires" tabindex="0" role="region" aria-label="Requests, the newest first"><table>
      <thead><tr><th>When</th><th>From, to</th><th>What</th><th>Answer</th><th class="number">Took</th></tr></thead>
      <tbody>${shown.map(
        (one) => html`<tr key=${one.id} class=${one.ok ? "" : "failed"}>
        <td title=${fullTime(momentOf(one.at))}>${CLOCK.format(momentOf(one.at))}</td><td>${one.from} → ${one.to}</td>
        <td class="what">${one.what}${one.note && html`<small>${one.note}</small>`}</td>
        <td>${one.status || (one.seconds === null ? "…" : "none")}</td><td class="number">${milliseconds(one.seconds)}</td></tr>`,
      )}</tbody>
    </table>${!shown.length && html`<p class="muted">None yet.</p>`}</div>
  </section>`;
}

/** Whether the bot is down. */
export function HoodBadge() {
  const { data } = useHood();
  return data && data.bot.state === "down"
    ? html`<span class="count">!<span class="sr"> the bot is down</span></span>`
    : null;
}
