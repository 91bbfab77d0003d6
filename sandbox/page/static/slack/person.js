// Who one can be, and who one is in a pane.
import { html, useEffect, useState } from "../vendor/preact-htm.js";
import { Avatar, colourOf } from "../ui/avatar.js";
import { Icon } from "../ui/icon.js";
import { MenuButton } from "../ui/menu.js";
import { onChange } from "../store.js";

let cast = null;
const waiting = new Set();

async function ask() {
  try {
    cast = await (await fetch("/_/slack/players")).json();
    cast.players.forEach((one) => colourOf(one.id));
    waiting.forEach((hear) => hear(cast));
  } catch {
    // The line to the sandbox is told to be down elsewhere.
  }
}
ask();
onChange("slack", () => !cast?.players.length && ask());

/** Everyone whom one can be: `{players, first}`, null until it is known. */
export function useCast() {
  const [known, set] = useState(cast);
  useEffect(() => {
    waiting.add(set);
    set(cast);
    return () => waiting.delete(set);
  }, []);
  return known;
}

const chosen = new Map();
const choosing = new Set();
export function tellChosen(pane, player) {
  if (chosen.get(pane)?.id === player?.id) return;
  chosen.set(pane, player);
  choosing.forEach((hear) => hear((was) => was + 1));
}

/** A pane's name on its toggle: whose Slack it is. */
export function PersonBadge({ pane, fallback }) {
  const [, again] = useState(0);
  useEffect(() => {
    choosing.add(again);
    return () => choosing.delete(again);
  }, []);
  const player = chosen.get(pane);
  return player ? html`<${Avatar} id=${player.id} name=${player.name} size=${18} /> Slack: ${player.name.split(" ")[0]}` : fallback;
}

/** The button by which one becomes somebody else. */
export function PersonSwitch({ players, as, onChoose }) {
  const now = players.find((one) => one.id === as);
  const items = [{ head: "Be somebody else" }, ...players.map((one) => ({
    label: one.name, hint: one.note, chosen: one.id === as, icon: html`<${Avatar} id=${one.id} name=${one.name} size=${30} />`, run: () => onChoose(one.id),
  }))];
  return html`<${MenuButton} class="person-switch" label=${`You are ${now.name}. Be somebody else`} title="Be somebody else" items=${items}>
    <${Avatar} id=${now.id} name=${now.name} size=${28} />
    <span class="person-words"><span class="person-name">${now.name}</span><small>${now.note || "You"}</small></span>
    <${Icon} name="chevron" size=${16} /><//>`;
}
