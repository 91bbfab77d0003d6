// The list of channels, threads and apps, with what is unread.
import { html } from "../vendor/preact-htm.js";
import { Icon } from "../ui/icon.js";
import { Avatar } from "../ui/avatar.js";
import { MenuButton } from "../ui/menu.js";
import { PersonSwitch } from "./person.js";

export function Sidebar({ desk, data, place, players, as, onBe, onClose }) {
  const mine = data.channels.filter((one) => one.kind !== "im" && one.is_member && !one.is_archived);
  const others = data.channels.filter((one) => one.kind === "channel" && !one.is_member && !one.is_archived);
  const threads = data.threads.filter((one) => one.unread > 0).length;
  const global = data.apps.flatMap((app) =>
    app.shortcuts.filter((one) => one.type === "global").map((one) => ({ ...one, app })),
  );
  return html`
    <nav class="side" aria-label=${`Channels and apps of ${desk.names.people.get(as)?.name}`}>
      <div class="side-head">
        <${PersonSwitch} players=${players} as=${as} onChoose=${onBe} />
        <button type="button" class="icon-button side-close" aria-label="Close the list" onClick=${onClose}>
          <${Icon} name="close" />
        </button>
      </div>
      <p class="side-team">${data.team.name}</p>
      <div class="side-list">
        <ul>
          <${Entry}
            icon=${html`
              <${Icon} name="reply" size=${17} />
            `}
            name="Threads"
            on=${place.threads}
            unread=${threads}
            count=${threads}
            onOpen=${() => desk.open({ threads: true })}
          />
        </ul>
        <h2>Channels</h2>
        <ul>
          ${mine.map(
            (one) => html`
              <${Entry}
                key=${one.id}
                icon=${html`
                  <${Icon} name=${one.kind === "group" ? "lock" : "hash"} size=${17} />
                `}
                name=${one.name}
                on=${place.channel === one.id}
                unread=${one.unread}
                count=${one.for_me}
                onOpen=${() => desk.open({ channel: one.id })}
              />
            `,
          )}
        </ul>
        ${
          others.length > 0 &&
          html`
            <h2>More channels</h2>
            <ul>
              ${others.map(
                (one) => html`
                  <${Entry}
                    key=${one.id}
                    icon=${html`
                      <${Icon} name="hash" size=${17} />
                    `}
                    name=${one.name}
                    faint
                    on=${place.channel === one.id}
                    onOpen=${() => desk.open({ channel: one.id })}
                  />
                `,
              )}
            </ul>
          `
        }
        <h2>Apps</h2>
        <ul>
          ${data.apps.map((app) => {
            const direct = data.channels.find((one) => one.id === app.direct);
            return html`
              <${Entry}
                key=${app.id}
                icon=${html`
                  <${Avatar} id=${app.bot_user} name=${app.name} size=${19} app />
                `}
                name=${app.name}
                on=${place.app === app.id}
                unread=${direct?.unread}
                count=${direct?.unread}
                onOpen=${() => desk.open({ app: app.id, tab: direct?.unread ? "messages" : "home" })}
              />
            `;
          })}
        </ul>
      </div>
      ${
        global.length > 0 &&
        html`
          <div class="side-foot">
            <${MenuButton}
              class="side-shortcuts"
              label="Shortcuts"
              title="Run a shortcut"
              items=${[
                { head: "Shortcuts" },
                ...global.map((one) => ({
                  label: one.name,
                  hint: `${one.description ? `${one.description} · ` : ""}${one.app.name}`,
                  icon: html`
                    <${Icon} name="bolt" />
                  `,
                  run: () => desk.act({ do: "shortcut", name: one.name }),
                })),
              ]}
            >
              <${Icon} name="bolt" size=${17} />
              <span>Shortcuts</span>
            <//>
          </div>
        `
      }
    </nav>
  `;
}

function Entry({ icon, name, on, unread, count, faint, onOpen }) {
  return html`
    <li>
      <button
        type="button"
        class=${`entry ${unread ? "unread" : ""} ${faint ? "faint" : ""}`}
        aria-current=${on ? "page" : undefined}
        onClick=${onOpen}
      >
        ${icon}
        <span class="entry-name">${name}</span>
        ${
          count > 0 &&
          html`
            <span class="count">${count > 99 ? "99+" : count}</span>
          `
        }
        ${
          unread > 0 &&
          html`
            <span class="sr">${count > 0 ? " unread" : ` ${unread} unread`}</span>
          `
        }
      </button>
    </li>
  `;
}
