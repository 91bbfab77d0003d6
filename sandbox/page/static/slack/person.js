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

/** Who one is in a pane: whom one chose there, else who stands there first. */
export function personOf(pane, index, known) {
  const kept = keptAs(pane);
  const players = known?.players || [];
  return (
    players.find((one) => one.id === kept) || players.find((one) => one.id === known.first[index]) || players[0]
  );
}

const choosing = new Set();
const keptAs = (pane) => {
  try {
    return JSON.parse(localStorage.getItem(`as-${pane}`));
  } catch {
    return null;
  }
};
/** Be somebody in a pane from now on. */
export function bePerson(pane, id) {
  localStorage.setItem(`as-${pane}`, JSON.stringify(id));
  choosing.forEach((hear) => hear((was) => was + 1));
}

/** Who one is in a pane, now and after each change of that. */
export function usePerson(pane, index) {
  const known = useCast();
  const [, again] = useState(0);
  useEffect(() => {
    choosing.add(again);
    return () => choosing.delete(again);
  }, []);
  return known ? personOf(pane, index, known) : undefined;
}

/** A pane's name on its toggle: whose Slack it is. */
export function PersonBadge({ pane, index, fallback }) {
  const player = usePerson(pane, index);
  return player
    ? html`
        <${Avatar} id=${player.id} name=${player.name} size=${18} />
        <span>${`Slack: ${player.name.split(" ")[0]}`}</span>
      `
    : fallback;
}

/** The button by which one becomes somebody else. */
export function PersonSwitch({ players, as, onChoose }) {
  const now = players.find((one) => one.id === as);
  const items = [
    { head: "Be somebody else" },
    ...players.map((one) => ({
      label: one.name,
      hint: one.note,
      chosen: one.id === as,
      icon: html`
        <${Avatar} id=${one.id} name=${one.name} size=${30} />
      `,
      run: () => onChoose(one.id),
    })),
  ];
  return html`
    <${MenuButton} class="person-switch" title="Be somebody else" items=${items}>
      <${Avatar} id=${now.id} name=${now.name} size=${28} />
      <span class="person-words">
        <span class="person-name">
          <span class="sr">You are${" "}</span>
          ${now.name}
        </span>
        <small>${now.note || "You"}</small>
        <span class="sr">Be somebody else</span>
      </span>
      <${Icon} name="chevron" size=${16} />
    <//>
  `;
}
