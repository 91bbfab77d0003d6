// Short sentences at the foot of the page, for what went wrong or was done.
import { html, useEffect, useState } from "../vendor/preact-htm.js";

const SECONDS = 6;
let told = [];
let number = 0;
let hear = () => {};

/** Say a sentence to whoever is at the page, for some seconds; `bad` when something failed. */
export function toast(text, { bad = false } = {}) {
  const one = { key: (number += 1), text, bad };
  told = [...told.filter((other) => other.text !== text), one].slice(-3);
  hear(told);
  setTimeout(() => {
    told = told.filter((other) => other !== one);
    hear(told);
  }, SECONDS * 1000);
}

/** Say what an act was refused with, when it was; returns whether it went well. */
export function toldIfRefused(answer) {
  if (!answer.ok) toast(answer.error || "That did not work.", { bad: true });
  return answer.ok;
}

export function Toasts() {
  const [shown, setShown] = useState(told);
  useEffect(() => {
    hear = setShown;
  }, []);
  return html`
    <div class="toasts" role="status">
      ${shown.map(
        (one) => html`
          <p key=${one.key} class=${`toast ${one.bad ? "bad" : ""}`}>${one.text}</p>
        `,
      )}
    </div>
  `;
}
