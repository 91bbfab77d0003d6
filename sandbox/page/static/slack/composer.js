// Where one writes: a message, a reply, or a slash command; with files, emoji and mentions.
import { html, useEffect, useLayoutEffect, useRef, useState } from "../vendor/preact-htm.js";
import { Icon } from "../ui/icon.js";
import { EmojiButton } from "./emoji_picker.js";
import { PickedFile, readAll } from "./files.js";
import { Hints, useHints } from "./hints.js";
import { asTyped } from "./typed.js";
import { toast } from "../ui/toast.js";

// What is not sent yet stays when another channel is opened; the text even when the page is loaded again.
const pickedFiles = new Map();
const MOST_BYTES = 100e6;

/** @param {{desk: object, data: object, channel: string, thread?: string, placeholder: string, focus?: boolean}} props */
export function Composer({ desk, data, channel, thread, placeholder, focus }) {
  const name = `${desk.own} ${desk.as} ${channel} ${thread || ""}`;
  const [text, setDraft] = useState(sessionStorage.getItem(`draft ${name}`) || "");
  const [files, setPicked] = useState(pickedFiles.get(name) || []);
  const [busy, setBusy] = useState(false);
  const setText = (next) => {
    setDraft(next);
    sessionStorage.setItem(`draft ${name}`, next);
  };
  const setFiles = (next) => {
    setPicked(next);
    pickedFiles.set(name, next);
  };
  const pick = async (picked) => {
    const sum = [...files, ...picked].reduce((all, one) => all + one.size, 0);
    if (sum > MOST_BYTES) return toast("These files are too large for this page: 100 MB in all.", { bad: true });
    return setFiles([...files, ...(await readAll(picked))]);
  };
  const send = async () => {
    if (busy || !(text.trim() || files.length)) return;
    const written = { text, files };
    const isCommand = /^\/\S/.test(text) && !files.length;
    setBusy(true);
    setText("");
    setFiles([]);
    const body = isCommand
      ? { do: "command", channel, thread, text }
      : { do: "post", channel, thread, text, files };
    const answer = isCommand ? await desk.quietly(body) : await desk.act(body);
    setBusy(false);
    // What was not taken is given back. Of a command Slack itself says what is wrong, below the messages.
    if (!answer.ok && !(isCommand && answer.told)) {
      setText(written.text);
      setFiles(written.files);
      if (isCommand) toast(answer.error, { bad: true });
    }
  };
  return html`
    <div class="composer-frame">
      <${Writer}
        desk=${desk}
        data=${data}
        text=${text}
        onText=${setText}
        onSend=${send}
        onFiles=${pick}
        placeholder=${placeholder}
        focus=${focus}
        inThread=${Boolean(thread)}
        picked=${
          files.length > 0 &&
          html`
            <div class="picked-row">
              ${files.map(
                (file, index) => html`
                  <${PickedFile} file=${file} onDrop=${() => setFiles(files.filter((_, at) => at !== index))} />
                `,
              )}
            </div>
          `
        }
        canSend=${Boolean(text.trim() || files.length) && !busy}
      />
    </div>
  `;
}

/** The same for a message that is there already. */
export function Editor({ desk, channel, message, onDone }) {
  const [text, setText] = useState(() => asTyped(message, desk.names));
  const save = async () => {
    const answer = await desk.act({ do: "edit", channel, ts: message.ts, text });
    if (answer.ok) onDone();
  };
  return html`
    <div class="editor" onKeyDown=${(event) => event.key === "Escape" && !event.defaultPrevented && onDone()}>
      <${Writer}
        desk=${desk}
        data=${desk.seen()}
        text=${text}
        onText=${setText}
        onSend=${save}
        placeholder="Edit the message"
        focus
        canSend=${Boolean(text.trim())}
        plain
      />
      <div class="editor-foot">
        <button type="button" class="button small" onClick=${onDone}>Cancel</button>
        <button type="button" class="button primary small" disabled=${!text.trim()} onClick=${save}>
          Save changes
        </button>
      </div>
    </div>
  `;
}

function Writer({
  desk,
  data,
  text,
  onText,
  onSend,
  onFiles,
  placeholder,
  focus,
  picked,
  canSend,
  inThread,
  plain,
}) {
  const area = useRef(null);
  const disk = useRef(null);
  const [over, setOver] = useState(false);
  useGrowing(area, text);
  useEffect(() => {
    if (!focus) return;
    area.current.focus();
    area.current.setSelectionRange(text.length, text.length);
  }, []);
  const insert = (what) => {
    const at = area.current.selectionStart ?? text.length;
    onText(text.slice(0, at) + what + text.slice(area.current.selectionEnd ?? at));
    requestAnimationFrame(() => {
      area.current.focus();
      area.current.setSelectionRange(at + what.length, at + what.length);
    });
  };
  const hints = useHints({ desk, data, text, area, onText, commands: !plain && !inThread });
  const key = (event) => {
    if (hints.key(event)) return;
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      onSend();
    }
  };
  const take = (event, transfer) => {
    const taken = [...(transfer?.files || [])];
    setOver(false);
    if (!taken.length || !onFiles) return;
    event.preventDefault();
    onFiles(taken);
  };
  return html`
    <div
      class=${`composer ${over ? "over" : ""}`}
      onDragOver=${(event) => {
        if (onFiles) {
          event.preventDefault();
          setOver(true);
        }
      }}
      onDragLeave=${() => setOver(false)}
      onDrop=${(event) => take(event, event.dataTransfer)}
    >
      <${Hints} hints=${hints} />
      <textarea
        ref=${area}
        rows="1"
        value=${text}
        placeholder=${placeholder}
        aria-label=${placeholder}
        ...${hints.aria}
        onInput=${(event) => {
          onText(event.target.value);
          hints.moved();
        }}
        onKeyDown=${key}
        onKeyUp=${hints.moved}
        onClick=${hints.moved}
        onBlur=${hints.close}
        onPaste=${(event) => take(event, event.clipboardData)}
      ></textarea>
      ${picked}
      <div class="composer-foot">
        ${
          onFiles &&
          html`
            <input
              type="file"
              multiple
              hidden
              ref=${disk}
              onChange=${(event) => {
                onFiles([...event.target.files]);
                event.target.value = "";
              }}
            />
            <button
              type="button"
              class="icon-button"
              aria-label="Attach files"
              title="Attach files"
              onClick=${() => disk.current.click()}
            >
              <${Icon} name="plus" />
            </button>
          `
        }
        <${EmojiButton} label="Insert an emoji" class="icon-button" onPick=${(name) => insert(`:${name}: `)} />
        ${
          !plain &&
          !inThread &&
          html`
            <button
              type="button"
              class="icon-button"
              aria-label="Slash commands"
              title="Slash commands"
              onClick=${() => {
                if (!text) {
                  onText("/");
                }
                area.current.focus();
                hints.moved();
              }}
            >
              <${Icon} name="slash" />
            </button>
          `
        }
        <span class="gap"></span>
        ${
          !plain &&
          html`
            <button
              type="button"
              class=${`send ${canSend ? "ready" : ""}`}
              aria-label="Send"
              title="Send (Enter)"
              disabled=${!canSend}
              onClick=${onSend}
            >
              <${Icon} name="send" />
            </button>
          `
        }
      </div>
    </div>
  `;
}

function useGrowing(area, text) {
  useLayoutEffect(() => {
    const one = area.current;
    one.style.height = "auto";
    one.style.height = `${Math.min(one.scrollHeight, 220)}px`;
  }, [text]);
}
