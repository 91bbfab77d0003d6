// Line icons on a grid of 20, in the colour of the text around them.
import { html } from "../vendor/preact-htm.js";

const PATHS = {
  app: "M4 6a2 2 0 0 1 2-2h8a2 2 0 0 1 2 2v8a2 2 0 0 1-2 2H6a2 2 0 0 1-2-2zM7.5 8v2M12.5 8v2M7.5 13h5",
  arrow: "M5 10h10M11 6l4 4-4 4",
  bolt: "M11 3 5 11.5h4.5L9 17l6-8.5h-4.5z",
  check: "m4.5 10.5 3.5 3.5 7.5-8",
  chevron: "m6 8 4 4 4-4",
  close: "m5.5 5.5 9 9m0-9-9 9",
  copy: "M7 7V5a1.5 1.5 0 0 1 1.5-1.5h6A1.5 1.5 0 0 1 16 5v6a1.5 1.5 0 0 1-1.5 1.5H13M5.5 7.5h6A1.5 1.5 0 0 1 13 9v6a1.5 1.5 0 0 1-1.5 1.5h-6A1.5 1.5 0 0 1 4 15V9a1.5 1.5 0 0 1 1.5-1.5z",
  down: "M10 4v9m-4-3.5 4 4 4-4M4.5 16.5h11",
  edit: "m4 16 .800-3.2L13 4.6a1.4 1.4 0 0 1 2 0l.400.4a1.4 1.4 0 0 1 0 2L7.2 15.2z",
  eye: "M2.5 10S5 5 10 5s7.5 5 7.5 5-2.5 5-7.5 5-7.5-5-7.5-5zM10 12a2 2 0 1 0 0-4 2 2 0 0 0 0 4z",
  file: "M5.5 3.5h6l3.5 3.5v9a.800.8 0 0 1-.800.8H5.5a.800.8 0 0 1-.800-.800V4.3a.800.8 0 0 1 .800-.800zM11.5 3.5V7H15",
  hash: "M8 3.5 6.5 16.5M13.5 3.5 12 16.5M4 7.5h12.5M3.5 12.5H16",
  home: "m3.5 9.5 6.5-6 6.5 6M5.5 8v8.5h9V8",
  link: "M8.5 11.5a3 3 0 0 0 4.3 0l2.6-2.6a3 3 0 0 0-4.3-4.3l-1 1M11.5 8.5a3 3 0 0 0-4.3 0l-2.6 2.6a3 3 0 0 0 4.3 4.3l1-1",
  lock: "M5.5 9h9v7h-9zM7 9V6.5a3 3 0 0 1 6 0V9",
  menu: "M3.5 6h13M3.5 10h13M3.5 14h13",
  moon: "M16 11.8A6.5 6.5 0 1 1 8.2 4a5.2 5.2 0 0 0 7.8 7.8z",
  more: "M5 10h.01M10 10h.01M15 10h.01",
  people:
    "M7.5 9.5a2.75 2.75 0 1 0 0-5.5 2.75 2.75 0 0 0 0 5.5zM2.5 16c0-2.5 2-4.3 5-4.3s5 1.8 5 4.3M13 4.3a2.5 2.5 0 0 1 0 5M14.5 12c2 .400 3 2 3 4",
  pin: "M7.5 3.5h5l-.600 5 2.6 2.5v1h-9v-1l2.6-2.5zM10 12v5",
  plus: "M10 4v12M4 10h12",
  reply:
    "M4 5.5A1.5 1.5 0 0 1 5.5 4h9A1.5 1.5 0 0 1 16 5.5v6a1.5 1.5 0 0 1-1.5 1.5H9l-3.5 3v-3A1.5 1.5 0 0 1 4 11.5z",
  send: "M4 4.5 16.5 10 4 15.5l1.5-5.5zM5.5 10H11",
  slash: "M12.5 4 7.5 16M3.5 3.5h13v13h-13z",
  smile: "M10 17a7 7 0 1 0 0-14 7 7 0 0 0 0 14zM7 11.5c.700 1.2 1.7 1.8 3 1.8s2.3-.600 3-1.8M7.7 8h.01M12.3 8h.01",
  sun: "M10 13a3 3 0 1 0 0-6 3 3 0 0 0 0 6zM10 2.5v1.5M10 16v1.5M2.5 10H4M16 10h1.5M4.7 4.7l1 1M14.3 14.3l1 1M4.7 15.3l1-1M14.3 5.7l1-1",
  trash: "M4 6h12M8 6V4h4v2M5.5 6l.700 10.5h7.6L14.5 6",
  back: "M15 10H5m4-4-4 4 4 4",
};

/** An icon; it says nothing to a screen reader, so that its button needs a label. */
export function Icon({ name, size = 18 }) {
  const wide = name === "more" ? 2.6 : 1.6;
  return html`
    <svg
      class="icon"
      width=${size}
      height=${size}
      viewBox="0 0 20 20"
      fill="none"
      stroke="currentColor"
      stroke-width=${wide}
      stroke-linecap="round"
      stroke-linejoin="round"
      aria-hidden="true"
    >
      <path d=${PATHS[name]} />
    </svg>
  `;
}
