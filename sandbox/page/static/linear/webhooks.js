// What Linear tells the bot: each webhook that was sent, or is to be, and how one can get in its way.
import { html, useState } from "../vendor/preact-htm.js";
import { useLive } from "../store.js";
import { Icon } from "../ui/icon.js";
import { MenuButton } from "../ui/menu.js";
import { clockTime, fullTime, momentOf } from "../ui/time.js";
import { handle } from "./desk.js";

const DELAY_SECONDS = 10;
const STATES = {
  held: ["Held back", "warn"],
  waiting: ["Waits", "warn"],
  sending: ["On its way", ""],
  delivered: ["Received", "good"],
  failed: ["Not received", "bad"],
  lost: ["Lost", "bad"],
};
const ODD = { forged: "Forged", stale: "Old", again: "Sent again" };

export function Webhooks() {
  const { data, error } = useLive("linear", "/_/linear/webhooks");
  if (!data) return html`<p class="nothing">${error || "Looking…"}</p>`;
  const { switches, deliveries } = data;
  const turn = (name, to) => handle({ do: "switch", switch: name, to });
  return html`<div class="webhooks">
    <div class="webhook-switches" role="group" aria-label="What comes from now on">
      <span class="muted">From now on</span>
      <${Switch} label="Hold back" on=${switches.held} onTurn=${(on) => turn("held", on)} hint="They wait here until you send them, in any order" />
      <${Switch} label="Lose" on=${switches.lose} onTurn=${(on) => turn("lose", on)} hint="They are never sent" />
      <${Switch} label=${`Delay ${DELAY_SECONDS} s`} on=${switches.delay > 0} onTurn=${(on) => turn("delay", on ? DELAY_SECONDS : 0)} hint="They arrive late" />
    </div>
    ${
      deliveries.length
        ? html`<ol class="deliveries">${deliveries.map((one) => html`<${Delivery} key=${one.id} one=${one} />`)}</ol>`
        : html`<p class="nothing">Linear has told nothing yet. Move a card, and look again.</p>`
    }
  </div>`;
}

function Switch({ label, on, onTurn, hint }) {
  return html`<button type="button" role="switch" class="switch" aria-checked=${on} title=${hint} onClick=${() => onTurn(!on)}><i aria-hidden="true"></i>${label}</button>`;
}

function menuOf(one) {
  const run = (what) => () => handle({ do: what, delivery: one.id });
  const own =
    one.state === "held" || one.state === "waiting"
      ? [
          { label: "Send it now", run: run("release") },
          { label: "Lose it", hint: "It is never sent", danger: true, run: run("lose") },
          ...(one.state === "waiting" ? [{ label: "Delay it", hint: "Until you send it", run: run("hold") }] : []),
          { line: true },
        ]
      : [];
  return [
    ...own,
    { label: "Send it again", hint: "The very same bytes", run: run("send_again") },
    { label: "Send it again under another name", hint: "Linear-Delivery is not signed", run: run("rename") },
    { label: "Forge it", hint: "The same, signed with another secret", run: run("forge") },
    { label: "Send it an hour old", hint: "Validly signed, with an old time", run: run("stale") },
  ];
}

function Delivery({ one }) {
  const [open, setOpen] = useState(false);
  const [words, look] = STATES[one.state];
  const last = one.attempts[one.attempts.length - 1];
  const about = [one.issue, one.changed.length ? one.changed.join(", ") : one.action].filter(Boolean).join(" · ");
  return html`<li class="delivery">
    <button type="button" class="delivery-main" aria-expanded=${open} onClick=${() => setOpen(!open)}>
      <span class=${`sign ${look}`}>${words}</span>
      <span class="delivery-words"><strong>${one.event} ${one.action}</strong>${one.oddity && html`<span class="sign warn">${ODD[one.oddity] || one.oddity}</span>`}
        <small>${about}${one.by ? ` · by ${one.by}` : ""}</small></span>
      <span class="delivery-result"><time title=${fullTime(momentOf(one.at))}>${clockTime(momentOf(one.at))}</time>
        <small>${last ? html`${last.status || "no answer"} in ${Math.round(last.seconds * 1000)} ms${one.attempts.length > 1 ? `, ${one.attempts.length} times` : ""}` : "not sent"}</small></span>
    </button>
    <${MenuButton} class="icon-button" label=${`Get in the way of ${one.event} ${one.action} ${one.issue || ""}`} title="Get in its way" items=${menuOf(one)}><${Icon} name="more" /><//>
    ${
      open &&
      html`<div class="delivery-more">
      ${one.attempts.map((each, number) => html`<p key=${number}><small>${clockTime(momentOf(each.at))}: ${each.status || "no answer"} ${each.answer}</small></p>`)}
      <pre tabindex="0" aria-label="What is sent">${JSON.stringify(one.payload, null, 2)}</pre></div>`
    }
  </li>`;
}
