// Messages from old to new: days between them, a line above what is new, the newest always in sight.
import { html, useEffect, useLayoutEffect, useRef, useState } from "../vendor/preact-htm.js";
import { dayName, momentOf, sameDay } from "../ui/time.js";
import { Icon } from "../ui/icon.js";
import { MessageRow } from "./message.js";

const NEAR = 80;
const TOGETHER_SECONDS = 300;
const SHINE_MILLISECONDS = 2500;

export function MessageList({
  desk,
  channel,
  messages,
  readUntil,
  ready,
  mark,
  hasMore,
  onMore,
  label,
  empty,
  inThread,
  before,
}) {
  const box = useRef(null);
  const [away, setAway] = useState(Boolean(mark));
  const firstNew = useFirst(ready ? firstUnread(messages, readUntil) : null);
  useStick(box, messages, ready, away, setAway);
  useMarked(box, mark, ready, desk.unmark);
  const scrolled = () =>
    setAway(box.current.scrollHeight - box.current.scrollTop - box.current.clientHeight > NEAR);
  const key = (event) => {
    const rows = [...box.current.querySelectorAll("article")];
    const at = rows.indexOf(event.target);
    if (at < 0 && event.target !== box.current) return;
    const row = { ArrowUp: at < 0 ? rows[rows.length - 1] : rows[at - 1], ArrowDown: rows[at + 1] }[event.key];
    if (row) {
      event.preventDefault();
      row.focus();
    } else if (event.key === "Enter" && at >= 0 && !inThread)
      rows[at].querySelector(".tools [aria-label='Reply in thread']")?.click();
  };
  const down = () => {
    box.current.scrollTop = box.current.scrollHeight;
  };
  return html`
    <div class="list-frame">
      <div
        class="list"
        ref=${box}
        onScroll=${scrolled}
        onKeyDown=${key}
        tabindex="0"
        role="log"
        aria-live="polite"
        aria-relevant="additions"
        aria-label=${label}
      >
        <div class="list-inner">
          ${before}
          ${
            hasMore &&
            html`
              <button type="button" class="button small more" onClick=${onMore}>Show earlier messages</button>
            `
          }
          ${ready && !hasMore && empty}
          ${messages.map(
            (message, index) => html`
              <${Row}
                key=${message.ts}
                desk=${desk}
                channel=${channel}
                message=${message}
                previous=${messages[index - 1]}
                isNew=${message.ts === firstNew}
                inThread=${inThread}
              />
            `,
          )}
        </div>
      </div>
      ${
        away &&
        html`
          <button type="button" class="to-end" onClick=${down}>
            <${Icon} name="down" size=${15} />
            <span>To the newest</span>
          </button>
        `
      }
    </div>
  `;
}

function Row({ desk, channel, message, previous, isNew, inThread }) {
  const moment = momentOf(message.ts);
  const newDay = !inThread && (!previous || !sameDay(moment, momentOf(previous.ts)));
  const follows =
    previous &&
    !newDay &&
    !isNew &&
    previous.author === message.author &&
    !message.is_ephemeral &&
    !previous.is_ephemeral &&
    message.ts - previous.ts < TOGETHER_SECONDS &&
    !previous.is_deleted &&
    !isLarge(previous) &&
    !isLarge(message);
  return html`
    ${
      newDay &&
      html`
        <div class="day"><span>${dayName(moment)}</span></div>
      `
    }
    ${
      isNew &&
      html`
        <div class="new-line"><span>New</span></div>
      `
    }
    <${MessageRow} desk=${desk} channel=${channel} message=${message} follows=${follows} inThread=${inThread} />
  `;
}

// A message that is a thing of its own, with buttons or a heading, stands by itself.
const LARGE = ["actions", "header", "table", "image", "data_visualization"];
const isLarge = (message) => message.pinned_to || message.blocks?.some((block) => LARGE.includes(block.type));

/** The first message that was not read when the list was opened; what comes later comes before one's eyes. */
function firstUnread(messages, readUntil) {
  return (readUntil && messages.find((one) => one.ts > readUntil && !one.is_own && !one.is_ephemeral)?.ts) || "";
}

/** The first value that is not null, for this component's life. */
function useFirst(value) {
  const kept = useRef(null);
  if (kept.current === null && value !== null) kept.current = value;
  return kept.current;
}

/** Stay at the end while one is there; be there at the beginning. */
function useStick(box, messages, ready, away, setAway) {
  const last = messages[messages.length - 1];
  const state = useRef({ began: false, first: null, height: 0 });
  useLayoutEffect(() => {
    const list = box.current;
    if (!ready) return;
    const first = messages[0]?.ts;
    if (state.current.began && first !== state.current.first && first < state.current.first)
      list.scrollTop += list.scrollHeight - state.current.height;
    else if (!away || (state.current.began && last?.is_own && last.ts !== state.current.last))
      list.scrollTop = list.scrollHeight;
    state.current = { began: true, first, last: last?.ts, height: list.scrollHeight };
  }, [ready, messages]);
  useEffect(() => {
    const seen = new ResizeObserver(() => {
      const list = box.current;
      if (list && !state.current.away) list.scrollTop = list.scrollHeight;
    });
    seen.observe(box.current.firstElementChild);
    seen.observe(box.current);
    return () => seen.disconnect();
  }, []);
  state.current.away = away;
}

/** Bring the message that a link named into sight, and let it shine up. */
function useMarked(box, mark, ready, onSeen) {
  useLayoutEffect(() => {
    const row = mark && ready && box.current.querySelector(`[data-ts="${CSS.escape(mark)}"]`);
    if (!row) return undefined;
    row.scrollIntoView({ block: "center" });
    row.classList.add("marked");
    const wait = setTimeout(() => {
      row.classList.remove("marked");
      onSeen();
    }, SHINE_MILLISECONDS);
    return () => clearTimeout(wait);
  }, [mark, ready]);
}
