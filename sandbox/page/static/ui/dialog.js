// A dialog over one pane (or the whole page): focus goes in, stays in, and comes back; Esc closes.
import { html, useLayoutEffect, useRef } from "../vendor/preact-htm.js";
import { Icon } from "./icon.js";

const FOCUSABLE = 'a[href],button:not([disabled]),input:not([disabled]),select:not([disabled]),textarea:not([disabled]),[tabindex="0"]';
let number = 0;

/**
 * @param {{title: string, onClose: function(): void, onEscape?: function(): void, foot: any, page?: boolean, icon?: any,
 *   wide?: boolean, active?: boolean, onSubmit?: function(): void, children: any}} props
 *   `page` lays it over the whole page; otherwise over the nearest positioned parent. With `onSubmit` it is a form.
 */
export function Dialog({ title, onClose, onEscape = onClose, foot, page, onSubmit, children, icon, wide, active = true }) {
  const box = useRef(null);
  const id = useRef(`dialog-${(number += 1)}`);
  useFocusWithin(box, active);
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
      ${icon}<h2 id=${id.current}>${title}</h2>
      <button type="button" class="icon-button" aria-label="Close" onClick=${onClose}><${Icon} name="close" /></button>
    </header>
    <div class="dialog-body">${children}</div>
    ${foot && html`<footer class="dialog-foot">${foot}</footer>`}`;
  const inner = { class: "dialog-inner" };
  return html`<div class=${`overlay ${page ? "over-page" : ""}`} onKeyDown=${key}>
    <div class=${`dialog ${wide ? "wide" : ""}`} role="dialog" aria-modal=${page ? "true" : undefined} aria-labelledby=${id.current} tabindex="-1" ref=${box}>
      ${onSubmit ? html`<form ...${inner} noValidate onSubmit=${submit}>${content}</form>` : html`<div ...${inner}>${content}</div>`}
    </div>
  </div>`;
}

function useFocusWithin(box, active) {
  useLayoutEffect(() => {
    if (!active) return undefined;
    const before = document.activeElement;
    const first = box.current.querySelector("[data-autofocus]")
      || box.current.querySelector(".dialog-body input,.dialog-body textarea,.dialog-body select,.dialog-body button");
    (first || box.current).focus({ preventScroll: false });
    return () => before?.isConnected && before.focus?.();
  }, [active]);
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
  return html`<${Dialog} title=${title} onClose=${onNo} page=${page}
    foot=${html`<button type="button" class="button" onClick=${onNo}>${no}</button>
      <button type="button" class=${`button ${danger ? "danger" : "primary"}`} data-autofocus onClick=${onYes}>${yes}</button>`}>
    ${children}<//>`;
}
