// An open channel: its head, what was said, and where one writes.
import { html, useEffect } from "../vendor/preact-htm.js";
import { Icon } from "../ui/icon.js";
import { MenuButton } from "../ui/menu.js";
import { Composer } from "./composer.js";
import { MessageList } from "./message_list.js";
import { SideOpener } from "./side_opener.js";

const ICONS = { channel: "hash", group: "lock", im: "app" };

export function Channel({ desk, data, channel: id, at, onMenu, onMore }) {
  const channel = data.channels.find((one) => one.id === id);
  useRead(desk, channel);
  const open = data.open?.channel === id ? data.open : null;
  const people = channel.members.map((member) => desk.names.people.get(member)?.name).filter(Boolean);
  const items = [
    { head: `${people.length} ${people.length === 1 ? "member" : "members"}` },
    ...people.map((name) => ({ label: name, run: () => {} })),
    ...(channel.is_member
      ? [
          { line: true },
          { label: "Leave this channel", danger: true, run: () => desk.act({ do: "leave", channel: id }) },
        ]
      : []),
  ];
  return html`
    <header class="channel-head">
      <${SideOpener} desk=${desk} data=${data} onOpen=${onMenu} />
      <h2>
        <${Icon} name=${ICONS[channel.kind]} size=${17} />
        <span>${channel.name}</span>
      </h2>
      ${
        channel.topic &&
        html`
          <span class="topic" title=${channel.topic}>${channel.topic}</span>
        `
      }
      <span class="gap"></span>
      <${MenuButton} class="members" label=${`${people.length} members`} title="Who is here" items=${items}>
        <${Icon} name="people" size=${17} />
        ${people.length}
      <//>
    </header>
    <${MessageList}
      desk=${desk}
      channel=${channel}
      messages=${open?.messages || []}
      readUntil=${open?.read_until}
      ready=${Boolean(open)}
      mark=${at.mark}
      hasMore=${open?.has_more}
      onMore=${onMore}
      label=${`Messages in ${channel.name}`}
      empty=${html`
        <div class="beginning">
          <h3>
            <${Icon} name=${ICONS[channel.kind]} size=${22} />
            ${channel.name}
          </h3>
          <p class="muted">${`This is the very beginning of ${channel.name}.`}</p>
        </div>
      `}
    />
    <${Foot} desk=${desk} data=${data} channel=${channel} />
  `;
}

function Foot({ desk, data, channel }) {
  if (channel.is_archived)
    return html`
      <p class="foot-note">This channel is archived. Nobody can write here.</p>
    `;
  if (!channel.is_member) {
    return html`
      <div class="foot-note">
        <span>${`You are looking at #${channel.name}.`}</span>
        <button
          type="button"
          class="button primary small"
          onClick=${() => desk.act({ do: "join", channel: channel.id })}
        >
          Join it
        </button>
      </div>
    `;
  }
  const to = channel.kind === "im" ? channel.name : `${channel.kind === "group" ? "" : "#"}${channel.name}`;
  return html`
    <${Composer} key=${channel.id} desk=${desk} data=${data} channel=${channel.id} placeholder=${`Message ${to}`} />
  `;
}

/** Whoever has a channel open, and the page before them, has read it. */
export function useRead(desk, channel) {
  const unread = channel?.unread || 0;
  useEffect(() => {
    const read = () =>
      unread && document.visibilityState === "visible" && desk.quietly({ do: "read", channel: channel.id });
    read();
    document.addEventListener("visibilitychange", read);
    return () => document.removeEventListener("visibilitychange", read);
  }, [channel?.id, unread]);
}
