// What a menu, checkbox or picker of Block Kit offers and holds, the same in messages, modals and the Home.
import { html } from "../vendor/preact-htm.js";
import { Avatar } from "../ui/avatar.js";
import { Icon } from "../ui/icon.js";
import { optionsOf, Select } from "./select.js";
import { plain, textOf } from "./text.js";

const PICKERS = { datepicker: "date", timepicker: "time" };

/** The value that a state holds: a text, a list, or null. */
export function valueOf(state) {
  if (!state) return null;
  const [held] = Object.entries(state)
    .filter(([name]) => !["type", "block_id", "action_id"].includes(name))
    .map(([, value]) => value);
  if (Array.isArray(held)) return held.map((one) => one.value ?? one.id ?? one);
  return held?.value !== undefined ? held.value : (held ?? null);
}

/** The texts of the options that a state holds, which an external select does not list. */
const heldOptions = (state) =>
  [state?.selected_option, ...(state?.selected_options || [])]
    .filter(Boolean)
    .map((option) => ({ value: option.value, text: plain(option.text) }));

/**
 * An element in which one chooses.
 * @param {{element: object, state: object, value: any, names: object, onPick: function(any): void,
 *   ask?: function(string): Promise<Array>, label: string}} props `value` as from `valueOf`.
 */
export function Choice({ element, state, value, names, onPick, ask, label, ...rest }) {
  const { type } = element;
  if (type === "checkboxes" || type === "radio_buttons") {
    return html`
      <${Boxes} element=${element} value=${value} names=${names} onPick=${onPick} label=${label} ...${rest} />
    `;
  }
  if (PICKERS[type]) {
    return html`
      <input
        class="input picker"
        type=${PICKERS[type]}
        id=${rest.id}
        value=${value || ""}
        aria-label=${label}
        disabled=${rest.busy}
        aria-invalid=${rest.invalid ? "true" : undefined}
        aria-describedby=${rest.describedBy}
        onChange=${(event) => onPick(event.target.value || null)}
      />
    `;
  }
  const many = type.startsWith("multi_");
  const chosen = many ? value || [] : value ? [value] : [];
  const options = [...offered(element, names), ...(ask ? heldOptions(state) : [])];
  return html`
    <${Select}
      options=${options}
      chosen=${chosen}
      many=${many}
      most=${element.max_selected_items}
      label=${label}
      ask=${ask}
      placeholder=${plain(element.placeholder) || "Choose"}
      onPick=${(values) => onPick(many ? values : (values[0] ?? null))}
      ...${rest}
    />
  `;
}

function offered(element, names) {
  if (element.type.includes("users_select")) return people(names);
  if (element.type.includes("channels_select")) return channels(names, ["channel"]);
  if (element.type.includes("conversations_select")) return channels(names, kinds(element.filter));
  return optionsOf(element);
}

const people = (names) =>
  [...names.people.values()]
    .filter((one) => !one.deleted)
    .map((one) => ({
      value: one.id,
      text: one.name,
      hint: `@${one.handle}`,
      lead: html`
        <${Avatar} id=${one.id} name=${one.name} size=${24} app=${one.is_bot} />
      `,
    }));

const SLACK_KINDS = { public: "channel", private: "group", im: "im" };
const kinds = (filter) =>
  filter?.include ? filter.include.map((one) => SLACK_KINDS[one]) : ["channel", "group", "im"];

const channels = (names, wanted) =>
  [...names.channels.values()]
    .filter((one) => wanted.includes(one.kind))
    .map((one) => ({
      value: one.id,
      text: one.name,
      lead: html`
        <${Icon} name=${one.kind === "channel" ? "hash" : one.kind === "im" ? "app" : "lock"} size=${16} />
      `,
    }));

let number = 0;

function Boxes({ element, value, names, onPick, label, busy, describedBy, id }) {
  const many = element.type === "checkboxes";
  const group = id || `boxes-${(number += 1)}`;
  const held = many ? value || [] : [value];
  const pick = (option, on) => {
    if (!many) return onPick(option);
    return onPick(on ? [...held, option] : held.filter((one) => one !== option));
  };
  return html`
    <div
      class="boxes"
      role=${many ? "group" : "radiogroup"}
      aria-label=${label}
      aria-describedby=${describedBy}
      id=${id}
    >
      ${element.options.map(
        (option) => html`
          <label class="box">
            <input
              type=${many ? "checkbox" : "radio"}
              name=${group}
              checked=${held.includes(option.value)}
              disabled=${busy}
              onChange=${(event) => pick(option.value, event.target.checked)}
            />
            <span>
              ${textOf(option.text, names)}${
                option.description &&
                html`
                  <small>${textOf(option.description, names)}</small>
                `
              }
            </span>
          </label>
        `,
      )}
    </div>
  `;
}
