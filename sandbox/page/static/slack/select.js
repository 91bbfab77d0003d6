// A menu of Block Kit with search: one choice or several; static, grouped, people, channels, or asked of the app.
import { html, useEffect, useRef, useState } from "../vendor/preact-htm.js";
import { Icon } from "../ui/icon.js";
import { Popup } from "../ui/menu.js";
import { plain } from "./text.js";

const SEARCH_FROM = 7;
const ASK_MILLISECONDS = 200;

/**
 * @param {{options: Array<{value: string, text: string, hint?: string, group?: string, lead?: any}>, chosen: string[],
 *   many?: boolean, most?: number, placeholder: string, label: string, onPick: function(string[]): void,
 *   ask?: function(string): Promise<Array>, id?: string, invalid?: boolean, describedBy?: string, busy?: boolean}} props
 */
export function Select({
  options,
  chosen,
  many,
  most,
  placeholder,
  label,
  onPick,
  ask,
  id,
  invalid,
  describedBy,
  busy,
  small,
}) {
  const [open, setOpen] = useState(false);
  const button = useRef(null);
  const known = new Map(options.map((one) => [one.value, one]));
  const texts = chosen.map((value) => known.get(value)?.text ?? value);
  const close = (back = true) => {
    setOpen(false);
    if (back) button.current?.focus();
  };
  const pick = (value) => {
    if (!many) {
      close();
      return onPick([value]);
    }
    const next = chosen.includes(value) ? chosen.filter((one) => one !== value) : [...chosen, value];
    if (!most || next.length <= most) onPick(next);
  };
  const said = texts.length ? `${label}: ${texts.join(", ")}` : `${label}: ${placeholder}`;
  const key = (event) => {
    if (event.key === "ArrowDown" && !open) {
      event.preventDefault();
      setOpen(true);
    }
  };
  return html`
    <div class=${`select ${small ? "small" : ""}`}>
      <button
        type="button"
        ref=${button}
        id=${id}
        class="select-button"
        aria-haspopup="listbox"
        aria-expanded=${open}
        aria-label=${said}
        aria-invalid=${invalid ? "true" : undefined}
        aria-describedby=${describedBy}
        disabled=${busy}
        onClick=${() => setOpen(!open)}
        onKeyDown=${key}
      >
        ${
          many && texts.length
            ? html`
                <span class="chips">
                  ${texts.map(
                    (text) => html`
                      <span class="chip">${text}</span>
                    `,
                  )}
                </span>
              `
            : html`
                <span class=${`select-text ${texts.length ? "" : "empty"}`}>${texts[0] ?? placeholder}</span>
              `
        }
        ${
          busy
            ? html`
                <span class="spinner"></span>
              `
            : html`
                <${Icon} name="chevron" size=${16} />
              `
        }
      </button>
      ${
        open &&
        html`
          <${List}
            anchor=${button}
            label=${label}
            options=${options}
            chosen=${chosen}
            ask=${ask}
            many=${many}
            onPick=${pick}
            onClose=${close}
          />
        `
      }
    </div>
  `;
}

function List({ anchor, label, options, chosen, ask, many, onPick, onClose }) {
  const [typed, setTyped] = useState("");
  const [offered, asking] = useOffered(ask, typed);
  const all = ask ? offered : options;
  const wanted = typed.trim().toLowerCase();
  const shown = ask ? all : all.filter((one) => `${one.text} ${one.hint || ""}`.toLowerCase().includes(wanted));
  const key = (event) => {
    if (event.key === "Enter" && shown.length) {
      event.preventDefault();
      onPick(shown[0].value);
    }
  };
  let group = null;
  return html`
    <${Popup} anchor=${anchor} onClose=${onClose} label=${label} role="dialog" class="as-wide">
      ${
        (ask || all.length >= SEARCH_FROM) &&
        html`
          <input
            class="input menu-search"
            data-autofocus
            type="text"
            value=${typed}
            placeholder="Search"
            aria-label=${`Search ${label}`}
            onInput=${(event) => setTyped(event.target.value)}
            onKeyDown=${key}
          />
        `
      }
      <div role="listbox" aria-label=${label} aria-multiselectable=${many ? "true" : undefined}>
        ${shown.map((one) => {
          const head =
            one.group && one.group !== group
              ? html`
                  <div class="menu-head">${one.group}</div>
                `
              : null;
          group = one.group;
          const on = chosen.includes(one.value);
          return html`
            ${head}
            <button
              type="button"
              role="option"
              aria-selected=${on}
              tabindex="-1"
              class="menu-item option"
              onClick=${() => onPick(one.value)}
            >
              ${one.lead}
              <span class="grow">
                ${one.text}${
                  one.hint &&
                  html`
                    <small>${one.hint}</small>
                  `
                }
              </span>
              ${
                on &&
                html`
                  <span class="tick" aria-hidden="true">✓</span>
                `
              }
            </button>
          `;
        })}
      </div>
      ${
        shown.length === 0 &&
        html`
          <p class="menu-head">${asking ? "Asking the app…" : "Nothing found"}</p>
        `
      }
    <//>
  `;
}

/** What the app offers for what was typed; asked once the person pauses. */
function useOffered(ask, typed) {
  const [offered, setOffered] = useState([]);
  const [asking, setAsking] = useState(Boolean(ask));
  useEffect(() => {
    if (!ask) return undefined;
    let current = true;
    const wait = setTimeout(async () => {
      setAsking(true);
      const options = await ask(typed);
      if (current) {
        setOffered(options);
        setAsking(false);
      }
    }, ASK_MILLISECONDS);
    return () => {
      current = false;
      clearTimeout(wait);
    };
  }, [typed]);
  return [offered, asking];
}

/** Block Kit's options, those in groups included, as this menu takes them. */
export function optionsOf(element) {
  const one = (group) => (option) => ({
    value: option.value,
    text: plain(option.text),
    hint: plain(option.description),
    group,
  });
  if (element.option_groups)
    return element.option_groups.flatMap((group) => group.options.map(one(plain(group.label))));
  return (element.options || []).map(one(undefined));
}
