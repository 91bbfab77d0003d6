// A dialog over one pane (or the whole page): focus goes in, stays in, and comes back; Esc closes.
import { html, useLayoutEffect, useRef } from "../vendor/preact-htm.js";
import { Icon } from "./icon.js";

const FOCUSABLE =
  'a[href],button:not([disabled]),input:not([disabled]),select:not([disabled]),textarea:not([disabled]),[tabindex="0"]';
let number = 0;

/**
 * @param {{title: string, onClose: function(): void, onEscape?: function(): void, foot: any, page?: boolean, icon?: any,
 *   wide?: boolean, active?: boolean, version?: any, onSubmit?: function(): void, children: any}} props
 *   `page` lays it over the whole page; otherwise over the nearest positioned parent. With `onSubmit` it is a form.
 *   When `version` changes and nothing in it had the focus, its first field gets it.
 */
export function Dialog({
  title,
  onClose,
  onEscape = onClose,
  foot,
  page,
  onSubmit,
  children,
  icon,
  wide,
  active = true,
  version,
}) {
  const box = useRef(null);
  const id = useRef(`dialog-${(number += 1)}`);
  useFocusWithin(box, active, version);
  const key = (event) => {
    if (event.key === "Escape" && !event.defaultPrevented) {
      event.preventDefault();
      event.stopPropagation();
      onEscape();
    }
    if (event.key === "Tab") stayWithin(box.current, event);
  };
  const submit = (event) => {
    event.preventDefault();
    onSubmit();
  };
  const content = html`
    <header class="dialog-head">
      ${icon}
      <h2 id=${id.current}>${title}</h2>
      <button type="button" class="icon-button" aria-label="Close" onClick=${onClose}>
        <${Icon} name="close" />
      </button>
    </header>
    <div class="dialog-body">${children}</div>
    ${
      foot &&
      html`
        <footer class="dialog-foot">${foot}</footer>
      `
    }
  `;
  const inner = { class: "dialog-inner" };
  return html`
    <div class=${`overlay ${page ? "over-page" : ""}`} onKeyDown=${key}>
      <div
        class=${`dialog ${wide ? "wide" : ""}`}
        role="dialog"
        aria-modal=${page ? "true" : undefined}
        aria-labelledby=${id.current}
        tabindex="-1"
        ref=${box}
      >
        ${
          onSubmit
            ? html`
                <form ...${inner} novalidate onSubmit=${submit}>${content}</form>
              `
            : html`
                <div ...${inner}>${content}</div>
              `
        }
      </div>
    </div>
  `;
}

const FIELDS = ["input", "textarea", "select", "button"]
  .map((name) => `.dialog-body ${name}:not([hidden]):not([disabled])`)
  .join(",");

function focusFirst(box) {
  const first = box.querySelector("[data-autofocus]") || box.querySelector(FIELDS);
  (first || box).focus();
}

function useFocusWithin(box, active, version) {
  useLayoutEffect(() => {
    if (!active) return undefined;
    const before = document.activeElement;
    focusFirst(box.current);
    return () => before?.isConnected && before.focus?.();
  }, [active]);
  useLayoutEffect(() => {
    const lost = document.activeElement === document.body || document.activeElement === box.current;
    if (active && lost) focusFirst(box.current);
  }, [version]);
}

function stayWithin(box, event) {
  const all = [...box.querySelectorAll(FOCUSABLE)].filter((one) => one.offsetParent !== null);
  if (!all.length) return;
  const [first, last] = [all[0], all[all.length - 1]];
  const at = document.activeElement;
  if (event.shiftKey && (at === first || at === box)) {
    event.preventDefault();
    last.focus();
  } else if (!event.shiftKey && at === last) {
    event.preventDefault();
    first.focus();
  }
}

/** Ask before something is done: resolves nothing by itself, `onYes` and `onNo` are called. */
export function Confirm({ title, children, yes, no, danger, onYes, onNo, page }) {
  return html`
    <${Dialog}
      title=${title}
      onClose=${onNo}
      page=${page}
      foot=${html`
        <button type="button" class="button" onClick=${onNo}>${no}</button>
        <button type="button" class=${`button ${danger ? "danger" : "primary"}`} data-autofocus onClick=${onYes}>
          ${yes}
        </button>
      `}
    >
      ${children}
    <//>
  `;
}
