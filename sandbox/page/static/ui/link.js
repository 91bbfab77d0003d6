// Links that people and apps wrote: followed inside the sandbox where it can, and outside only when one says so.
import { html, useEffect, useState } from "../vendor/preact-htm.js";
import { followInside } from "../panes.js";
import { Dialog } from "./dialog.js";

let ask = () => {};

/** Return the address when it is one that may be a link, else null. */
export function linkable(address) {
  try {
    const url = new URL(address);
    return ["http:", "https:"].includes(url.protocol) ? url : null;
  } catch {
    return null;
  }
}

/** Follow an address: inside the page if some part knows it, else after a question. */
export function follow(address, event) {
  const url = linkable(address);
  if (url && !followInside(url, event)) ask(url);
}

/** A link; what is no http or https address is shown as text. */
export function Link({ href, children, ...rest }) {
  const url = linkable(href);
  if (!url)
    return html`
      <span>${children}</span>
    `;
  const click = (event) => {
    event.preventDefault();
    follow(href, event);
  };
  return html`
    <a href=${url.href} target="_blank" rel="noopener noreferrer" onClick=${click} ...${rest}>${children}</a>
  `;
}

/** The question before one leaves the sandbox. */
export function Outside() {
  const [url, setUrl] = useState(null);
  useEffect(() => {
    ask = setUrl;
  }, []);
  if (!url) return null;
  const leave = () => {
    window.open(url.href, "_blank", "noopener,noreferrer");
    setUrl(null);
  };
  return html`
    <${Dialog}
      title="This link leads outside the sandbox"
      onClose=${() => setUrl(null)}
      page
      foot=${html`
        <button type="button" class="button" onClick=${() => setUrl(null)}>Stay here</button>
        <button type="button" class="button primary" onClick=${leave}>Open it</button>
      `}
    >
      <p class="address">${url.href}</p>
      <p class="muted">It was written by somebody in the sandbox, and needs the internet.</p>
    <//>
  `;
}
