// What can be pressed or chosen in a message, a modal or the Home, each told to the app at once.
import { html, useState } from "../vendor/preact-htm.js";
import { Icon } from "../ui/icon.js";
import { follow, linkable } from "../ui/link.js";
import { MenuButton } from "../ui/menu.js";
import { Choice, valueOf } from "./choices.js";
import { plain, textOf } from "./text.js";
import { Picture } from "./picture.js";

/**
 * One element of a section or an actions block.
 * @param {{element: object, block: object, stage: object}} props `stage` is where it stands: `names`,
 *   `state(block_id, action_id)`, `press(...)`, `choose(...)`, `confirm(...)`, `suggest(...)`.
 */
export function Element({ element, block, stage, accessory }) {
  const [busy, setBusy] = useState(false);
  const run = async (does) => {
    if (element.confirm && !(await stage.confirm(element.confirm))) return;
    setBusy(true);
    await does();
    setBusy(false);
  };
  const key = { block_id: block.block_id, action_id: element.action_id };
  switch (element.type) {
    case "button":
      return html`
        <${Button}
          element=${element}
          busy=${busy}
          onPress=${(event) =>
            run(() => {
              if (element.url && linkable(element.url)) follow(element.url, event);
              return stage.press(key);
            })}
        />
      `;
    case "overflow":
      return html`
        <${Overflow}
          element=${element}
          busy=${busy}
          stage=${stage}
          onPick=${(option, event) =>
            run(() => {
              if (option.url && linkable(option.url)) follow(option.url, event);
              return stage.press({ ...key, option: option.value });
            })}
        />
      `;
    case "image":
      return html`
        <${Picture} image=${element} names=${stage.names} small=${accessory} />
      `;
    default: {
      const state = stage.state(key);
      const label = plain(element.placeholder) || plain(block.text) || "Choose";
      return html`
        <${Choice}
          element=${element}
          state=${state}
          value=${valueOf(state)}
          names=${stage.names}
          label=${label}
          small
          busy=${busy}
          ask=${element.type.includes("external") ? (typed) => stage.suggest(key, typed) : undefined}
          onPick=${(value) => run(() => stage.choose(key, value))}
        />
      `;
    }
  }
}

const STYLES = { primary: "primary", danger: "danger" };

function Button({ element, busy, onPress }) {
  const out = element.url && linkable(element.url);
  return html`
    <button
      type="button"
      class=${`button ${STYLES[element.style] || ""}`}
      disabled=${busy}
      onClick=${onPress}
      aria-label=${element.accessibility_label}
      aria-busy=${busy ? "true" : undefined}
    >
      ${
        busy &&
        html`
          <span class="spinner"></span>
        `
      }
      <span>${plain(element.text)}</span>
      ${
        out &&
        html`
          <${Icon} name="arrow" size=${14} />
        `
      }
    </button>
  `;
}

function Overflow({ element, busy, stage, onPick }) {
  const items = element.options.map((option) => ({
    label: textOf(option.text, stage.names),
    hint: option.description && textOf(option.description, stage.names),
    run: (event) => onPick(option, event),
  }));
  return html`
    <${MenuButton}
      class="button overflow"
      label="More actions"
      title="More actions"
      items=${items}
      disabled=${busy}
    >
      ${
        busy
          ? html`
              <span class="spinner"></span>
            `
          : html`
              <${Icon} name="more" />
            `
      }
    <//>
  `;
}
