// Input blocks of modals: a label, what one types or chooses, a hint, and what is wrong with it.
import { html, useRef, useState } from "../vendor/preact-htm.js";
import { Icon } from "../ui/icon.js";
import { Choice } from "./choices.js";
import { PickedFile, readAll } from "./files.js";
import { plain } from "./text.js";

const TEXTS = { plain_text_input: "text", email_text_input: "email", url_text_input: "url", number_input: "text" };
const COUNT_FROM = 0.85;

export function Input({ block, stage }) {
  const { element } = block;
  const key = { block_id: block.block_id, action_id: element.action_id };
  const id = `in-${block.block_id}-${element.action_id}`.replace(/[^\w-]/g, "_");
  const error = stage.form.errors[block.block_id];
  const props = {
    id,
    element,
    stage,
    inputKey: key,
    dispatches: block.dispatch_action,
    value: stage.form.get(key),
    invalid: Boolean(error),
    label: plain(block.label),
    describedBy: [block.hint && `${id}-hint`, error && `${id}-error`].filter(Boolean).join(" ") || undefined,
  };
  const Shown = TEXTS[element.type] ? Text : element.type === "file_input" ? Files : Chosen;
  return html`
    <div class=${`input-block ${error ? "wrong" : ""}`}>
      <label for=${id} class="label">
        ${plain(block.label)}${
          block.optional &&
          html`
            ${" "}
            <span class="optional">(optional)</span>
          `
        }
      </label>
      <${Shown} ...${props} />
      ${
        block.hint &&
        html`
          <p class="hint" id=${`${id}-hint`}>${plain(block.hint)}</p>
        `
      }
      ${
        error &&
        html`
          <p class="error" id=${`${id}-error`} role="alert">
            <span aria-hidden="true">!</span>
            ${error}
          </p>
        `
      }
    </div>
  `;
}

function Text({ id, element, stage, inputKey, dispatches, value, invalid, describedBy }) {
  const text = value ?? "";
  const most = element.type === "plain_text_input" ? element.max_length || 3000 : null;
  const common = {
    id,
    value: text,
    placeholder: plain(element.placeholder),
    class: "input",
    "aria-invalid": invalid ? "true" : undefined,
    "aria-describedby": describedBy,
    "data-autofocus": element.focus_on_load || undefined,
    onInput: (event) => stage.form.set(inputKey, event.target.value),
  };
  const key = (event) => {
    if (event.key !== "Enter") return;
    if (dispatches && !element.multiline) {
      event.preventDefault();
      stage.choose(inputKey, text || null);
    } else if (element.multiline && (event.metaKey || event.ctrlKey)) event.target.form.requestSubmit();
  };
  return html`
    ${
      element.multiline
        ? html`
            <textarea rows="4" ...${common} onKeyDown=${key}></textarea>
          `
        : html`
            <input
              type=${TEXTS[element.type]}
              inputmode=${element.type === "number_input" ? "decimal" : undefined}
              autocomplete="off"
              ...${common}
              onKeyDown=${key}
            />
          `
    }
    ${
      most &&
      text.length > most * COUNT_FROM &&
      html`
        <p class=${`counter ${text.length > most ? "over" : ""}`} aria-live="polite">${most - text.length}</p>
      `
    }
  `;
}

function Chosen({ id, element, stage, inputKey, dispatches, value, invalid, label, describedBy }) {
  const pick = (next) => {
    stage.form.set(inputKey, next, { now: dispatches });
    if (dispatches) stage.choose(inputKey, next);
  };
  return html`
    <${Choice}
      id=${id}
      element=${element}
      state=${stage.state(inputKey)}
      value=${value}
      names=${stage.names}
      label=${label}
      invalid=${invalid}
      describedBy=${describedBy}
      onPick=${pick}
      ask=${element.type.includes("external") ? (typed) => stage.suggest(inputKey, typed) : undefined}
    />
  `;
}

function Files({ id, element, stage, inputKey, invalid, describedBy }) {
  const disk = useRef(null);
  const [busy, setBusy] = useState(false);
  const [refusal, setRefusal] = useState("");
  const [over, setOver] = useState(false);
  const files = stage.state(inputKey)?.files || [];
  const most = element.max_files || 10;
  const attach = async (picked) => {
    setBusy(true);
    setRefusal("");
    const answer = await stage.attach(inputKey, await readAll(picked));
    setBusy(false);
    if (!answer.ok) setRefusal(answer.error);
  };
  const drop = (event) => {
    event.preventDefault();
    setOver(false);
    attach([...event.dataTransfer.files]);
  };
  return html`
    <div
      class=${`drop ${over ? "over" : ""}`}
      onDragOver=${(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave=${() => setOver(false)}
      onDrop=${drop}
    >
      ${
        files.length > 0 &&
        html`
          <div class="picked-row">
            ${files.map(
              (file) => html`
                <${PickedFile} key=${file.id} file=${file} onDrop=${() => stage.detach(inputKey, file.id)} />
              `,
            )}
          </div>
        `
      }
      <input
        type="file"
        hidden
        ref=${disk}
        multiple=${most > 1}
        accept=${element.filetypes?.map((one) => `.${one}`).join(",")}
        onChange=${(event) => {
          attach([...event.target.files]);
          event.target.value = "";
        }}
      />
      <button
        type="button"
        id=${id}
        class="button small"
        disabled=${busy || files.length >= most}
        aria-invalid=${invalid ? "true" : undefined}
        aria-describedby=${describedBy}
        onClick=${() => disk.current.click()}
      >
        ${
          busy
            ? html`
                <span class="spinner"></span>
              `
            : html`
                <${Icon} name="plus" size=${15} />
              `
        }
        <span>${most > 1 ? "Add files" : "Add a file"}</span>
      </button>
      <span class="muted drop-note">${most > 1 ? "or drop them here" : "or drop it here"}</span>
      ${
        refusal &&
        html`
          <p class="error" role="alert">
            <span aria-hidden="true">!</span>
            ${refusal}
          </p>
        `
      }
    </div>
  `;
}
