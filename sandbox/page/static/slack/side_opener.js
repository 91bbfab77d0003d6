// In a narrow pane the list of channels is put away; this brings it out, and says who one is and that something is new.
import { html } from "../vendor/preact-htm.js";
import { Avatar } from "../ui/avatar.js";
import { Icon } from "../ui/icon.js";

export function SideOpener({ desk, data, onOpen }) {
  const me = desk.names.people.get(desk.as);
  const isNew =
    data.channels.some((one) => one.is_member && one.unread > 0) || data.threads.some((one) => one.unread > 0);
  return html`
    <button type="button" class="side-opener" title="Channels and apps" onClick=${onOpen}>
      <${Icon} name="menu" />
      <${Avatar} id=${me.id} name=${me.name} size=${24} />
      ${
        isNew &&
        html`
          <span class="dot"></span>
        `
      }
      <span class="sr">${`Channels and apps of ${me.name}${isNew ? ", with unread messages" : ""}`}</span>
    </button>
  `;
}
