// A small emoji picker: the ones that people use most, and a search through all.
import { html, useRef, useState } from "../vendor/preact-htm.js";
import { Icon } from "../ui/icon.js";
import { Popup } from "../ui/menu.js";
import { emojiLike, emojiOf } from "./emoji.js";

const OFTEN = [
  "+1",
  "white_check_mark",
  "eyes",
  "tada",
  "pray",
  "heart",
  "raised_hands",
  "fire",
  "thinking_face",
  "joy",
  "rocket",
  "wave",
  "warning",
  "bug",
  "bulb",
  "hourglass_flowing_sand",
];
const MOST = 48;

/** A button that opens the picker. @param {{label: string, class: string, onPick: function(string): void}} props */
export function EmojiButton({ label, onPick, ...rest }) {
  const [open, setOpen] = useState(false);
  const button = useRef(null);
  const close = (back = true) => {
    setOpen(false);
    if (back) button.current?.focus();
  };
  return html`
    <button
      type="button"
      ref=${button}
      ...${rest}
      aria-label=${label}
      title=${label}
      aria-haspopup="dialog"
      aria-expanded=${open}
      onClick=${() => setOpen(!open)}
    >
      <${Icon} name="smile" />
    </button>
    ${
      open &&
      html`
        <${Picker}
          anchor=${button}
          onClose=${close}
          onPick=${(name) => {
            close();
            onPick(name);
          }}
        />
      `
    }
  `;
}

function Picker({ anchor, onClose, onPick }) {
  const [typed, setTyped] = useState("");
  const names = typed.trim() ? emojiLike(typed.trim().replace(/:/g, ""), MOST) : OFTEN;
  const key = (event) => {
    if (event.key === "Enter" && names.length) {
      event.preventDefault();
      onPick(names[0]);
    }
  };
  return html`
    <${Popup} anchor=${anchor} onClose=${onClose} label="Emoji" role="dialog" class="emoji-picker">
      <input
        class="input menu-search"
        data-autofocus
        type="text"
        placeholder="Search emoji"
        aria-label="Search emoji"
        value=${typed}
        onInput=${(event) => setTyped(event.target.value)}
        onKeyDown=${key}
      />
      <div class="emoji-grid" role="listbox" aria-label="Emoji">
        ${names.map(
          (name) => html`
            <button
              type="button"
              key=${name}
              role="option"
              aria-label=${name}
              title=${`:${name}:`}
              tabindex="-1"
              class="emoji-button"
              onClick=${() => onPick(name)}
            >
              ${emojiOf(name)}
            </button>
          `,
        )}
      </div>
      ${
        names.length === 0 &&
        html`
          <p class="menu-head">Nothing found</p>
        `
      }
    <//>
  `;
}
