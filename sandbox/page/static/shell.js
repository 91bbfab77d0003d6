// The frame: which panes are shown, side by side or one at a time, the theme, and what is said to everyone.
import { html, useEffect, useState } from "./vendor/preact-htm.js";
import { allPanes } from "./panes.js";
import { useKept, useOnline } from "./store.js";
import { Icon } from "./ui/icon.js";
import { Outside } from "./ui/link.js";
import { Toasts } from "./ui/toast.js";

const NARROW = "(max-width: 759px)";
const PANE_PIXELS = 420;

/** As many panes as this screen has room for, at least two where it is no phone. */
const fitting = () => allPanes().slice(0, Math.max(2, Math.floor(innerWidth / PANE_PIXELS))).map((pane) => pane.id);

export function Shell() {
  const panes = allPanes();
  const [shown, setShown] = useKept("panes", fitting());
  const [front, setFront] = useKept("front", panes[0]?.id);
  const narrow = useMatches(NARROW);
  const show = (id) => {
    setFront(id);
    setShown((was) => (was.includes(id) ? was : [...was, id]));
  };
  useEffect(() => {
    const hear = (event) => show(event.detail);
    document.addEventListener("show-pane", hear);
    return () => document.removeEventListener("show-pane", hear);
  }, []);
  const hide = (id) => setShown((was) => was.filter((one) => one !== id));
  const visible = narrow
    ? panes.filter((pane) => pane.id === (panes.some((one) => one.id === front) ? front : panes[0]?.id))
    : panes.filter((pane) => shown.includes(pane.id));
  return html`
    <div class="shell">
      <header class="bar">
        <h1 class="brand"><img src="/static/icon.svg" alt="" width="22" height="22" /><span>Threadline</span> <small>sandbox</small></h1>
        ${narrow
          ? html`<${Tabs} panes=${panes} front=${visible[0]?.id} onPick=${setFront} />`
          : html`<${Toggles} panes=${panes} shown=${shown} onShow=${show} onHide=${hide} />`}
        <${ThemeSwitch} />
      </header>
      <${LineDown} />
      <main class="panes">
        ${visible.map((pane) => html`
          <section class="pane" key=${pane.id} id=${`pane-${pane.id}`} aria-label=${pane.title}
            ...${narrow ? { role: "tabpanel", "aria-labelledby": `tab-${pane.id}` } : {}}>
            <${pane.render} />
          </section>`)}
        ${visible.length === 0 && html`<p class="nothing">Nothing is shown. Choose a pane above.</p>`}
      </main>
      <${Toasts} />
      <${Outside} />
    </div>`;
}

function Toggles({ panes, shown, onShow, onHide }) {
  return html`<nav class="toggles" aria-label="Panes">
    ${panes.map((pane) => {
      const on = shown.includes(pane.id);
      return html`<button type="button" class="toggle" aria-pressed=${on} key=${pane.id}
        title=${on ? `Hide ${pane.title}` : `Show ${pane.title}`}
        onClick=${() => (on ? onHide : onShow)(pane.id)}>${pane.label ? html`<${pane.label} />` : pane.title}${pane.badge && html`<${pane.badge} />`}</button>`;
    })}
  </nav>`;
}

function Tabs({ panes, front, onPick }) {
  const move = (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const next = panes[(panes.findIndex((pane) => pane.id === front) + step + panes.length) % panes.length];
    onPick(next.id);
    document.getElementById(`tab-${next.id}`)?.focus();
  };
  return html`<div class="tabs" role="tablist" aria-label="Panes" onKeyDown=${move}>
    ${panes.map((pane) => html`<button type="button" role="tab" class="tab" id=${`tab-${pane.id}`} key=${pane.id}
      aria-selected=${pane.id === front} aria-controls=${`pane-${pane.id}`} tabindex=${pane.id === front ? 0 : -1}
      onClick=${() => onPick(pane.id)}>${pane.label ? html`<${pane.label} />` : pane.title}${pane.badge && html`<${pane.badge} />`}</button>`)}
  </div>`;
}

function ThemeSwitch() {
  const system = useMatches("(prefers-color-scheme: dark)");
  const [chosen, setChosen] = useState(document.documentElement.dataset.theme || "");
  const dark = chosen ? chosen === "dark" : system;
  const turn = () => {
    const next = dark ? "light" : "dark";
    document.documentElement.dataset.theme = next;
    localStorage.setItem("theme", next);
    setChosen(next);
  };
  const label = dark ? "Use the light theme" : "Use the dark theme";
  return html`<button type="button" class="icon-button" aria-label=${label} title=${label} onClick=${turn}>
    <${Icon} name=${dark ? "sun" : "moon"} /></button>`;
}

function LineDown() {
  const online = useOnline();
  return html`<div role="status">${!online && html`<p class="line-down">The sandbox does not answer. The page goes on by itself once it does.</p>`}</div>`;
}

function useMatches(query) {
  const [matches, setMatches] = useState(matchMedia(query).matches);
  useEffect(() => {
    const media = matchMedia(query);
    const hear = () => setMatches(media.matches);
    media.addEventListener("change", hear);
    return () => media.removeEventListener("change", hear);
  }, [query]);
  return matches;
}
