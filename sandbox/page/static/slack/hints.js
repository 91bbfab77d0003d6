// What the composer offers while one types: slash commands, people after an @, channels after a #, emoji after a colon.
import { html, useRef, useState } from "../vendor/preact-htm.js";
import { Avatar } from "../ui/avatar.js";
import { Icon } from "../ui/icon.js";
import { emojiLike, emojiOf } from "./emoji.js";

const MOST = 8;
const SIGNS = [
  [/^\/(\S*)$/, "commands"],
  [/(?:^|\s)@([\w.-]*)$/, "people"],
  [/(?:^|\s)#([\w-]*)$/, "channels"],
  [/(?:^|\s):([a-z0-9_+-]{2,})$/, "emoji"],
];

const OFFERS = {
  commands: (data, typed) =>
    data.apps
      .flatMap((app) => app.commands.map((one) => ({ ...one, app })))
      .filter((one) => one.name.slice(1).startsWith(typed.toLowerCase()))
      .map((one) => ({
        key: one.name,
        insert: `${one.name} `,
        label: html`
          <strong>${one.name}</strong>
          ${" "}
          <span class="usage">${one.hint}</span>
        `,
        hint: `${one.description} · ${one.app.name}`,
        icon: html`
          <${Avatar} app id="" name="" size=${26} />
        `,
      })),
  people: (data, typed) =>
    data.people
      .filter((one) => !one.deleted && `${one.name} ${one.handle}`.toLowerCase().includes(typed.toLowerCase()))
      .map((one) => ({
        key: one.id,
        insert: `@${one.handle} `,
        label: one.name,
        hint: `@${one.handle}`,
        icon: html`
          <${Avatar} id=${one.id} name=${one.name} app=${one.is_bot} size=${24} />
        `,
      })),
  channels: (data, typed) =>
    data.channels
      .filter((one) => one.kind !== "im" && one.name.includes(typed.toLowerCase()))
      .map((one) => ({
        key: one.id,
        insert: `#${one.name} `,
        label: one.name,
        icon: html`
          <${Icon} name=${one.kind === "group" ? "lock" : "hash"} size=${16} />
        `,
      })),
  emoji: (_data, typed) =>
    emojiLike(typed, MOST).map((name) => ({
      key: name,
      insert: `:${name}: `,
      label: `:${name}:`,
      icon: html`
        <span class="emoji">${emojiOf(name)}</span>
      `,
    })),
};

let number = 0;

/** What is offered now, and what the keys do meanwhile. */
export function useHints({ desk, data, text, area, onText, commands }) {
  const [caret, setCaret] = useState(null);
  const [at, setAt] = useState(0);
  const [closed, setClosed] = useState(null);
  const id = useRef(`hints-${(number += 1)}`).current;
  const before = caret === null ? "" : text.slice(0, caret);
  const [kind, typed] = signOf(before, commands);
  const items = kind && closed !== before ? OFFERS[kind](data, typed).slice(0, MOST) : [];
  const on = Math.min(at, items.length - 1);
  const take = (item) => {
    const start = kind === "commands" ? 0 : before.length - typed.length - 1;
    onText(text.slice(0, start) + item.insert + text.slice(caret).replace(/^ /, ""));
    const end = start + item.insert.length;
    setCaret(end);
    requestAnimationFrame(() => {
      area.current?.focus();
      area.current?.setSelectionRange(end, end);
    });
  };
  const key = (event) => {
    if (!items.length) return false;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) setAt((on + step + items.length) % items.length);
    else if (event.key === "Escape") setClosed(before);
    // A command that stands there whole is sent by Enter; anything else is completed first.
    else if (
      event.key === "Tab" ||
      (event.key === "Enter" && !event.shiftKey && items[on].insert.trim() !== before.trim())
    )
      take(items[on]);
    else return false;
    event.preventDefault();
    event.stopPropagation();
    return true;
  };
  const moved = () => {
    const next = area.current?.selectionStart ?? null;
    if (next !== caret) setAt(0);
    setCaret(next);
  };
  const aria = {
    "aria-autocomplete": "list",
    "aria-controls": items.length ? id : undefined,
    "aria-expanded": undefined,
    "aria-activedescendant": items.length ? `${id}-${on}` : undefined,
  };
  return { items, on, id, key, moved, take, aria, close: () => setCaret(null) };
}

function signOf(before, commands) {
  for (const [pattern, kind] of SIGNS) {
    const found = (kind !== "commands" || commands) && pattern.exec(before);
    if (found) return [kind, found[1]];
  }
  return [null, ""];
}

export function Hints({ hints }) {
  if (!hints.items.length) return null;
  return html`
    <div class="hints" role="listbox" id=${hints.id} aria-label="Suggestions">
      ${hints.items.map(
        (item, index) => html`
          <div
            role="option"
            key=${item.key}
            id=${`${hints.id}-${index}`}
            aria-selected=${index === hints.on}
            class="menu-item"
            onPointerDown=${(event) => {
              event.preventDefault();
              hints.take(item);
            }}
          >
            ${item.icon}
            <span class="grow">
              ${item.label}${
                item.hint &&
                html`
                  <small>${item.hint}</small>
                `
              }
            </span>
          </div>
        `,
      )}
    </div>
  `;
}
