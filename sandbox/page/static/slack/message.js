// One message: who, when, what; its files, reactions and thread; and what one can do to it.
import { html, useState } from "../vendor/preact-htm.js";
import { Avatar } from "../ui/avatar.js";
import { Icon } from "../ui/icon.js";
import { ago, clockTime, fullTime, momentOf } from "../ui/time.js";
import { Blocks } from "./blocks.js";
import { Editor } from "./composer.js";
import { emojiOf } from "./emoji.js";
import { FileCard } from "./files.js";
import { MessageTools } from "./message_tools.js";
import { mrkdwn } from "./mrkdwn.js";
import { stageOfMessage } from "./stage.js";

const QUIET = { channel_join: "joined", channel_leave: "left" };

export function MessageRow({ desk, channel, message, follows, inThread }) {
  const [editing, setEditing] = useState(false);
  const [inside, setInside] = useState(false);
  const moment = momentOf(message.ts);
  if (message.is_deleted)
    return html`
      <${Gone} desk=${desk} channel=${channel} message=${message} inThread=${inThread} />
    `;
  const time = html`
    <time datetime=${moment.toISOString()} title=${fullTime(moment)}>${clockTime(moment)}</time>
  `;
  return html`
    <article
      class=${`message ${follows ? "follows" : ""} ${message.is_ephemeral ? "whisper" : ""} ${editing ? "editing" : ""}`}
      data-ts=${message.ts}
      tabindex="-1"
      onfocusin=${() => setInside(true)}
      onfocusout=${() => setInside(false)}
      aria-label=${`${message.author}, ${clockTime(moment)}`}
    >
      <div class="gutter">
        ${
          follows
            ? html`
                <span class="small-time">${time}</span>
              `
            : html`
                <${Avatar} id=${message.user} name=${message.author} app=${message.app_id} />
              `
        }
      </div>
      <div class="content">
        ${
          message.is_ephemeral &&
          html`
            <p class="whisper-note">
              <${Icon} name="eye" size=${14} />
              <span>Only visible to you</span>
            </p>
          `
        }
        ${
          message.pinned_to &&
          html`
            <p class="pin-note">
              <${Icon} name="pin" size=${13} />
              <span>Pinned</span>
            </p>
          `
        }
        ${
          message.subtype === "thread_broadcast" &&
          html`
            <p class="pin-note">
              <${Icon} name="reply" size=${13} />
              <span>Also sent from a thread</span>
            </p>
          `
        }
        ${
          !follows &&
          html`
            <div class="by">
              <span class="author">${message.author}</span>
              ${
                message.is_app &&
                html`
                  <span class="tag">App</span>
                `
              }${time}
            </div>
          `
        }
        ${
          editing
            ? html`
                <${Editor}
                  desk=${desk}
                  channel=${channel.id}
                  message=${message}
                  onDone=${() => setEditing(false)}
                />
              `
            : html`
                <${Content} desk=${desk} channel=${channel} message=${message} />
              `
        }
        ${
          message.files.length > 0 &&
          html`
            <div class="files">
              ${message.files.map(
                (file) => html`
                  <${FileCard} key=${file.id} file=${file} me=${desk.as} />
                `,
              )}
            </div>
          `
        }
        ${
          message.is_ephemeral &&
          html`
            <button
              type="button"
              class="link-button"
              onClick=${() => desk.act({ do: "dismiss", channel: channel.id, ts: message.ts })}
            >
              Dismiss
            </button>
          `
        }
        <${Reactions} desk=${desk} channel=${channel} message=${message} />
        ${
          !inThread &&
          html`
            <${Replies} desk=${desk} channel=${channel} message=${message} />
          `
        }
      </div>
      ${
        !message.is_ephemeral &&
        !editing &&
        html`
          <${MessageTools}
            desk=${desk}
            channel=${channel}
            message=${message}
            inThread=${inThread}
            reachable=${inside}
            onEdit=${() => setEditing(true)}
          />
        `
      }
    </article>
  `;
}

function Content({ desk, channel, message }) {
  if (QUIET[message.subtype])
    return html`
      <p class="muted">${`${QUIET[message.subtype]} ${channel.name}`}</p>
    `;
  const edited =
    message.edited &&
    html`
      <span class="edited" title="This message was changed">(edited)</span>
    `;
  const stage = stageOfMessage(desk, channel, message);
  return html`
    <div class=${`said ${message.edited ? "is-edited" : ""}`}>
      ${
        message.blocks?.length
          ? html`
              <${Blocks} blocks=${message.blocks} stage=${stage} />
            `
          : message.text &&
            html`
              <div class="mrkdwn">${mrkdwn(message.text, desk.names)}</div>
            `
      }
      ${(message.attachments || []).map(
        (one) => html`
          <div class="attachment" data-color=${one.color}>
            ${
              one.blocks
                ? html`
                    <${Blocks} blocks=${one.blocks} stage=${stage} />
                  `
                : html`
                    <div class="mrkdwn">${mrkdwn(one.text || one.fallback || "", desk.names)}</div>
                  `
            }
          </div>
        `,
      )}
      ${edited}
    </div>
  `;
}

function Reactions({ desk, channel, message }) {
  if (!message.reactions?.length) return null;
  return html`
    <div class="reactions">
      ${message.reactions.map((one) => {
        const mine = one.users.includes(desk.as);
        const who = one.users
          .map((id) => (id === desk.as ? "You" : desk.names.people.get(id)?.name || "Somebody"))
          .join(", ");
        return html`
          <button
            type="button"
            key=${one.name}
            class="reaction"
            aria-pressed=${mine}
            title=${`${who} reacted with :${one.name}:`}
            aria-label=${`${one.name}, ${one.count}`}
            onClick=${() => desk.act({ do: "react", channel: channel.id, ts: message.ts, name: one.name })}
          >
            ${emojiOf(one.name)}
            <span>${one.count}</span>
          </button>
        `;
      })}
    </div>
  `;
}

function Replies({ desk, channel, message }) {
  if (!message.reply_count) return null;
  const writers = message.reply_users.slice(0, 3).map((id) => ({ id, ...desk.names.people.get(id) }));
  return html`
    <button type="button" class="replies" onClick=${() => desk.openThread(channel.id, message.ts)}>
      <span class="reply-faces">
        ${writers.map(
          (one) => html`
            <${Avatar} key=${one.id} id=${one.id} name=${one.name || "?"} app=${one.is_bot} size=${22} />
          `,
        )}
      </span>
      <span class="reply-count">${message.reply_count === 1 ? "1 reply" : `${message.reply_count} replies`}</span>
      <span class="muted reply-last">${`Last reply ${ago(momentOf(message.latest_reply))}`}</span>
    </button>
  `;
}

function Gone({ desk, channel, message, inThread }) {
  return html`
    <article class="message gone" data-ts=${message.ts}>
      <div class="gutter">
        <span class="gone-face"><${Icon} name="trash" size=${16} /></span>
      </div>
      <div class="content">
        <p class="muted">This message was deleted.</p>
        ${
          !inThread &&
          html`
            <${Replies} desk=${desk} channel=${channel} message=${message} />
          `
        }
      </div>
    </article>
  `;
}
