// What floats over a message under the pointer or the focus: react, reply, and a menu with the rest. The tabulator
// stops there only while the focus is in the message, else it would stop three times at each of a hundred.
import { html } from "../vendor/preact-htm.js";
import { Icon } from "../ui/icon.js";
import { MenuButton } from "../ui/menu.js";
import { EmojiButton } from "./emoji_picker.js";

export function MessageTools({ desk, channel, message, inThread, reachable, onEdit }) {
  const where = { channel: channel.id, ts: message.ts };
  const react = (name) => desk.act({ do: "react", ...where, name });
  const parent = message.thread_ts || message.ts;
  const remove = async () => {
    const sure = await desk.confirm({
      title: { text: "Delete this message?" },
      text: { type: "plain_text", text: "It is gone for everyone. This cannot be undone." },
      confirm: { text: "Delete" },
      deny: { text: "Keep it" },
      style: "danger",
    });
    if (sure) desk.act({ do: "delete", ...where });
  };
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(message.permalink);
      desk.say("The link is copied.");
    } catch {
      desk.say(message.permalink);
    }
  };
  const shortcuts = desk
    .seen()
    .apps.flatMap((app) => app.shortcuts.filter((one) => one.type === "message").map((one) => ({ ...one, app })));
  const items = [
    ...(shortcuts.length ? [{ head: "Shortcuts" }] : []),
    ...shortcuts.map((one) => ({
      label: one.name,
      hint: one.app.name,
      icon: html`
        <${Icon} name="bolt" />
      `,
      run: () => desk.act({ do: "message_shortcut", ...where, name: one.name }),
    })),
    ...(shortcuts.length ? [{ line: true }] : []),
    {
      label: "Copy link",
      icon: html`
        <${Icon} name="link" />
      `,
      run: copy,
    },
    ...(message.is_own
      ? [
          {
            label: "Edit message",
            icon: html`
              <${Icon} name="edit" />
            `,
            run: onEdit,
          },
        ]
      : []),
    ...(message.may_delete
      ? [
          {
            label: "Delete message",
            danger: true,
            icon: html`
              <${Icon} name="trash" />
            `,
            run: remove,
          },
        ]
      : []),
  ];
  const tabindex = reachable ? 0 : -1;
  return html`
    <div class="tools" role="toolbar" aria-label="Message actions">
      <${EmojiButton} label="Add a reaction" class="icon-button" tabindex=${tabindex} onPick=${react} />
      ${
        !inThread &&
        html`
          <button
            type="button"
            class="icon-button"
            tabindex=${tabindex}
            aria-label="Reply in thread"
            title="Reply in thread"
            onClick=${() => desk.openThread(channel.id, parent)}
          >
            <${Icon} name="reply" />
          </button>
        `
      }
      <${MenuButton}
        class="icon-button"
        tabindex=${tabindex}
        label="More actions"
        title="More actions"
        items=${items}
      >
        <${Icon} name="more" />
      <//>
    </div>
  `;
}
