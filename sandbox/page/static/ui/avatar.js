// A person's picture: their initials on a colour of their own.
import { html } from "../vendor/preact-htm.js";

// Dark enough for white letters (4.5:1).
const COLOURS = [
  "#3f6ad8",
  "#0f7b6c",
  "#a2472f",
  "#7a4fc0",
  "#a03a72",
  "#3d7a2b",
  "#8a5a00",
  "#2b7491",
  "#5b5fc7",
  "#b03b3b",
];

const given = new Map();
/** Somebody's colour; whoever is met first gets the first, so that no two of a few look alike. */
export function colourOf(id) {
  if (!given.has(id)) given.set(id, COLOURS[given.size % COLOURS.length]);
  return given.get(id);
}
export const initialsOf = (name) => {
  const words = name.trim().split(/\s+/).filter(Boolean);
  return ((words[0]?.[0] || "?") + (words.length > 1 ? words[words.length - 1][0] : "")).toUpperCase();
};

/** @param {{id: string, name: string, size?: number, app?: boolean}} props `app` shows the product's own mark. */
export function Avatar({ id, name, size = 36, app }) {
  const look = { width: `${size}px`, height: `${size}px`, fontSize: `${Math.round(size * 0.4)}px` };
  if (app)
    return html`
      <span class="avatar" style=${look} aria-hidden="true"><img src="/static/icon.svg" alt="" /></span>
    `;
  return html`
    <span class="avatar" style=${{ ...look, background: colourOf(id) }} aria-hidden="true">
      ${initialsOf(name)}
    </span>
  `;
}
