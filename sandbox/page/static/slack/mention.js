// Somebody, a channel or a group, named in a text.
import { html } from "../vendor/preact-htm.js";

export function Mention({ user, channel, group, label, names }) {
  if (user) {
    const known = names.people.get(user);
    return html`
      <span class=${`mention ${user === names.me ? "me" : ""}`} title=${known ? `@${known.handle}` : user}>
        @${known ? known.name : label || user}
      </span>
    `;
  }
  if (channel) {
    const known = names.channels.get(channel);
    const name = known ? known.name : label || "private channel";
    const open = known && names.open ? () => names.open({ channel }) : undefined;
    return open
      ? html`
          <button type="button" class="mention" onClick=${open}>#${name}</button>
        `
      : html`
          <span class="mention">#${name}</span>
        `;
  }
  return html`
    <span class="mention me">@${group}</span>
  `;
}
