// A button that opens a menu: arrow keys, Home, End, typing a letter, Esc; a click elsewhere closes it.
import { html, useEffect, useLayoutEffect, useRef, useState } from "../vendor/preact-htm.js";

const GAP = 4;
const EDGE = 8;

/**
 * @param {{label: string, items: Array, class?: string, children: any, title?: string, disabled?: boolean}} props
 *   `items` are `{label, hint?, icon?, danger?, chosen?, run}`, `{head: "..."}` or `{line: true}`; `children` is what
 *   stands on the button, `label` what a screen reader says.
 */
export function MenuButton({ label, items, children, title, disabled, onOpen, ...rest }) {
  const [open, setOpen] = useState(false);
  const button = useRef(null);
  const toggle = () => {
    if (!open) onOpen?.();
    setOpen(!open);
  };
  const close = (back = true) => {
    setOpen(false);
    if (back) button.current?.focus();
  };
  const key = (event) => {
    if (event.key === "ArrowDown" && !open) {
      event.preventDefault();
      toggle();
    }
  };
  return html`
    <button
      type="button"
      ref=${button}
      aria-haspopup="menu"
      aria-expanded=${open}
      aria-label=${label}
      title=${title}
      disabled=${disabled}
      ...${rest}
      onClick=${toggle}
      onKeyDown=${key}
    >
      ${children}
    </button>
    ${
      open &&
      html`
        <${Popup} anchor=${button} onClose=${close} label=${label || title}>
          ${items.map(
            (item) => html`
              <${Item} item=${item} onClose=${close} />
            `,
          )}
        <//>
      `
    }
  `;
}

function Item({ item, onClose }) {
  if (item.line)
    return html`
      <hr class="menu-line" />
    `;
  if (item.head)
    return html`
      <div class="menu-head">${item.head}</div>
    `;
  const run = () => {
    onClose();
    item.run();
  };
  const role = item.chosen === undefined ? "menuitem" : "menuitemradio";
  return html`
    <button
      type="button"
      role=${role}
      aria-checked=${item.chosen}
      tabindex="-1"
      class=${`menu-item ${item.danger ? "danger" : ""}`}
      onClick=${run}
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
      ${
        item.chosen &&
        html`
          <span class="tick" aria-hidden="true">✓</span>
        `
      }
    </button>
  `;
}

/** What floats beside its anchor; the first thing in it that can be is focused. */
export function Popup({ anchor, onClose, label, role = "menu", children, class: more = "" }) {
  const box = useRef(null);
  useLayoutEffect(() => {
    // The top layer: no pane clips it, and none is the frame of its place.
    box.current.showPopover?.();
    place(box.current, anchor.current);
    const first = [
      "[data-autofocus]",
      '[aria-checked="true"],[aria-selected="true"]',
      '[role^="menuitem"],[role="option"],button',
    ]
      .map((wanted) => box.current.querySelector(wanted))
      .find(Boolean);
    first?.focus({ preventScroll: true });
  }, []);
  useEffect(() => {
    const outside = (event) => {
      if (!box.current?.contains(event.target) && !anchor.current?.contains(event.target)) onClose(false);
    };
    const moved = (event) => event.target !== box.current && !box.current?.contains(event.target) && onClose(false);
    document.addEventListener("pointerdown", outside, true);
    addEventListener("resize", onClose);
    addEventListener("scroll", moved, true);
    return () => {
      document.removeEventListener("pointerdown", outside, true);
      removeEventListener("resize", onClose);
      removeEventListener("scroll", moved, true);
    };
  }, []);
  const key = (event) => moveFocus(event, box.current, onClose);
  return html`
    <div class=${`menu ${more}`} popover="manual" role=${role} aria-label=${label} ref=${box} onKeyDown=${key}>
      ${children}
    </div>
  `;
}

function moveFocus(event, box, onClose) {
  const items = [...box.querySelectorAll('[role^="menuitem"],[role="option"]')];
  const at = items.indexOf(document.activeElement);
  const go = (index) => {
    event.preventDefault();
    event.stopPropagation();
    items[(index + items.length) % items.length]?.focus();
  };
  if (event.key === "Escape") {
    event.preventDefault();
    event.stopPropagation();
    onClose();
  } else if (event.key === "Tab") onClose(false);
  else if (event.key === "ArrowDown") go(at + 1);
  else if (event.key === "ArrowUp") go(at <= 0 ? items.length - 1 : at - 1);
  else if (event.key === "Home" && at >= 0) go(0);
  else if (event.key === "End" && at >= 0) go(items.length - 1);
  else if (event.key.length === 1 && at >= 0 && event.key !== " ") {
    const letter = event.key.toLowerCase();
    const next = [...items.slice(at + 1), ...items.slice(0, at + 1)].find((one) =>
      one.textContent.trim().toLowerCase().startsWith(letter),
    );
    next?.focus();
  }
}

function place(box, anchor) {
  const there = anchor.getBoundingClientRect();
  if (box.classList.contains("as-wide")) box.style.minWidth = `${there.width}px`;
  const { offsetWidth: width, offsetHeight: height } = box;
  const below = there.bottom + GAP + height <= innerHeight - EDGE;
  const top = below ? there.bottom + GAP : Math.max(EDGE, there.top - GAP - height);
  const wanted = there.left + width > innerWidth - EDGE ? there.right - width : there.left;
  box.style.top = `${top}px`;
  box.style.left = `${Math.max(EDGE, Math.min(wanted, innerWidth - width - EDGE))}px`;
}
