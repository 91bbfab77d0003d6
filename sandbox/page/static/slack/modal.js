// Modals: the stack of views that lie on a window. What is typed stays through updates, as in Slack.
import { html, useEffect, useRef, useState } from "../vendor/preact-htm.js";
import { Avatar } from "../ui/avatar.js";
import { Dialog } from "../ui/dialog.js";
import { Blocks } from "./blocks.js";
import { valueOf } from "./choices.js";
import { stageOfView } from "./stage.js";
import { plain } from "./text.js";

const PAUSE_MILLISECONDS = 350;

export function Modals({ desk, views }) {
  return views.map(
    (view, index) => html`
      <div key=${view.id} class="modal-layer" hidden=${index < views.length - 1}>
        <${Modal} desk=${desk} view=${view} top=${index === views.length - 1} />
      </div>
    `,
  );
}

function Modal({ desk, view, top }) {
  const form = useForm(desk, view);
  const [busy, setBusy] = useState(false);
  const [notice, setNotice] = useState("");
  const closing = async (clear) => desk.quietly({ do: "close", view: view.id, clear, values: form.values() });
  const submit = async () => {
    if (busy || !view.submit) return;
    setBusy(true);
    setNotice("");
    form.setErrors({});
    const answer = await desk.quietly({ do: "submit", view: view.id, values: form.values() });
    setBusy(false);
    if (answer.errors && Object.keys(answer.errors).length) form.setErrors(answer.errors);
    else if (!answer.ok || answer.notice) setNotice(answer.notice || answer.error);
  };
  const stage = { ...stageOfView(desk, view, form.values), form };
  return html`
    <${Dialog}
      title=${plain(view.title)}
      icon=${html`
        <${Avatar} app id="" name="" size=${26} />
      `}
      onClose=${() => closing(true)}
      onEscape=${() => closing(false)}
      onSubmit=${submit}
      active=${top}
      version=${view.hash}
      foot=${html`
        ${
          notice &&
          html`
            <p class="notice" role="alert">${notice}</p>
          `
        }
        <button type="button" class="button" onClick=${() => closing(false)}>
          ${plain(view.close) || "Cancel"}
        </button>
        ${
          view.submit &&
          html`
            <button
              type="submit"
              class="button primary"
              disabled=${busy || view.submit_disabled}
              aria-busy=${busy ? "true" : undefined}
            >
              ${
                busy &&
                html`
                  <span class="spinner"></span>
                `
              }${plain(view.submit)}
            </button>
          `
        }
      `}
    >
      <div class="modal-blocks"><${Blocks} blocks=${view.blocks} stage=${stage} /></div>
    <//>
  `;
}

/** What the inputs hold here, what is wrong with it, and how the sandbox learns of it. */
function useForm(desk, view) {
  const typed = useRef({});
  const [errors, setErrors] = useState({});
  const [, again] = useState(0);
  const waiting = useRef(null);
  const values = () => typed.current;
  const told = (key) => valueOf(view.state.values[key.block_id]?.[key.action_id]);
  const get = (key) => {
    const mine = typed.current[key.block_id];
    return mine && key.action_id in mine ? mine[key.action_id] : told(key);
  };
  const set = (key, value, { now = false } = {}) => {
    typed.current = {
      ...typed.current,
      [key.block_id]: { ...typed.current[key.block_id], [key.action_id]: value },
    };
    setErrors(({ [key.block_id]: _, ...rest }) => rest);
    again((was) => was + 1);
    clearTimeout(waiting.current);
    const tell = () => desk.quietly({ do: "fill", view: view.id, values: typed.current });
    if (!now) waiting.current = setTimeout(tell, PAUSE_MILLISECONDS);
  };
  // An input that is gone from the view, or came back under another name, holds nothing of before.
  useEffect(() => {
    const there = new Set(
      view.blocks.filter((one) => one.element).map((one) => `${one.block_id} ${one.element.action_id}`),
    );
    for (const [block, held] of Object.entries(typed.current)) {
      typed.current[block] = Object.fromEntries(
        Object.entries(held).filter(([action]) => there.has(`${block} ${action}`)),
      );
    }
  }, [view.hash]);
  useEffect(() => {
    const first =
      Object.keys(errors).length && document.querySelector('.modal-layer:not([hidden]) [aria-invalid="true"]');
    first && first.focus();
  }, [errors]);
  useEffect(() => () => clearTimeout(waiting.current), []);
  return { get, set, values, errors, setErrors };
}
