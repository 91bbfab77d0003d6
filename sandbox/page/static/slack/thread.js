// A thread beside its channel, and the list of the threads that one follows.
import { html, useEffect } from "../vendor/preact-htm.js";
import { Icon } from "../ui/icon.js";
import { ago, momentOf } from "../ui/time.js";
import { Composer } from "./composer.js";
import { MessageRow } from "./message.js";
import { MessageList } from "./message_list.js";
import { SideOpener } from "./side_opener.js";

// On a phone the focus would bring up the keyboard, over the thread that one wants to read.
const HAS_KEYBOARD = matchMedia("(hover: hover)").matches;

export function Thread({ desk, data }) {
  const { thread } = data;
  const channel = data.channels.find((one) => one.id === thread.channel);
  const followed = data.threads.find((one) => one.channel === thread.channel && one.ts === thread.ts);
  useEffect(() => {
    if (followed?.unread && document.visibilityState === "visible")
      desk.quietly({ do: "read", channel: thread.channel, thread: thread.ts });
  }, [thread.ts, followed?.unread]);
  const close = () => desk.openThread(null, null);
  const key = (event) => {
    if (event.key === "Escape" && !event.defaultPrevented) close();
  };
  const count = thread.replies.filter((one) => !one.is_ephemeral).length;
  const before = html`
    <${MessageRow} desk=${desk} channel=${channel} message=${thread.parent} inThread />
    ${
      count > 0 &&
      html`
        <div class="thread-count"><span>${count === 1 ? "1 reply" : `${count} replies`}</span></div>
      `
    }
  `;
  return html`
    <aside class="thread" aria-label="Thread" onKeyDown=${key}>
      <header class="channel-head">
        <button type="button" class="icon-button thread-back" aria-label="Back" onClick=${close}>
          <${Icon} name="back" />
        </button>
        <h2>Thread</h2>
        <span class="topic">${`${channel.kind === "channel" ? "#" : ""}${channel.name}`}</span>
        <span class="gap"></span>
        <button
          type="button"
          class="icon-button thread-close"
          aria-label="Close the thread"
          title="Close the thread"
          onClick=${close}
        >
          <${Icon} name="close" />
        </button>
      </header>
      <${MessageList}
        desk=${desk}
        channel=${channel}
        messages=${thread.replies}
        readUntil=${thread.read_until}
        ready
        inThread
        before=${before}
        label="Thread"
      />
      ${
        channel.is_member && !channel.is_archived
          ? html`
              <${Composer}
                key=${thread.ts}
                desk=${desk}
                data=${data}
                channel=${channel.id}
                thread=${thread.ts}
                placeholder="Reply…"
                focus=${HAS_KEYBOARD}
              />
            `
          : html`
              <p class="foot-note">${`Only members of ${channel.name} can reply.`}</p>
            `
      }
    </aside>
  `;
}

/** The threads that one is told of, the newest first. */
export function Threads({ desk, data, onMenu }) {
  const threads = [...data.threads].sort((one, other) => (one.latest < other.latest ? 1 : -1));
  return html`
    <header class="channel-head">
      <${SideOpener} desk=${desk} data=${data} onOpen=${onMenu} />
      <h2>
        <${Icon} name="reply" size=${17} />
        <span>Threads</span>
      </h2>
    </header>
    <div class="list-frame">
      <div class="list thread-list" tabindex="0">
        ${
          threads.length === 0 &&
          html`
            <p class="nothing muted">Threads in which you wrote, or were mentioned, are listed here.</p>
          `
        }
        ${threads.map(
          (one) => html`
            <button
              type="button"
              class=${`thread-entry ${one.unread ? "unread" : ""}`}
              key=${one.ts}
              onClick=${() => desk.openThread(one.channel, one.ts)}
            >
              <small>${`${desk.names.channels.get(one.channel)?.name} · ${ago(momentOf(one.latest))}`}</small>
              <span class="thread-about">${`${one.author}: ${one.about}`}</span>
              <span class="muted">${one.replies === 1 ? "1 reply" : `${one.replies} replies`}</span>
              ${
                one.unread > 0 &&
                html`
                  <span class="count">${one.unread}</span>
                `
              }
            </button>
          `,
        )}
      </div>
    </div>
  `;
}
