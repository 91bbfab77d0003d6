// An app's own place: its Home, the messages with it, and what it is.
import { html, useEffect } from "../vendor/preact-htm.js";
import { Avatar } from "../ui/avatar.js";
import { Blocks } from "./blocks.js";
import { useRead } from "./channel.js";
import { Composer } from "./composer.js";
import { MessageList } from "./message_list.js";
import { SideOpener } from "./side_opener.js";
import { stageOfView } from "./stage.js";

const TABS = { home: "Home", messages: "Messages", about: "About" };

export function AppHome({ desk, data, app: id, tab = "home", at, onMenu, onMore }) {
  const app = data.apps.find((one) => one.id === id);
  useEffect(() => {
    if (tab !== "about") desk.quietly({ do: "home", app: id, tab });
  }, [id, tab]);
  const channel = data.channels.find((one) => one.id === app.direct);
  const pick = (next) => desk.open({ app: id, tab: next, channel: next === "messages" ? app.direct : undefined });
  useEffect(() => {
    if (tab === "messages" && at.channel !== app.direct) pick("messages");
  }, [tab, at.channel]);
  const arrows = (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    const names = Object.keys(TABS);
    if (step) {
      pick(names[(names.indexOf(tab) + step + names.length) % names.length]);
      requestAnimationFrame(() => event.target.parentElement?.querySelector('[aria-selected="true"]')?.focus());
    }
  };
  return html`
    <header class="channel-head app-head">
      <${SideOpener} desk=${desk} data=${data} onOpen=${onMenu} />
      <h2>
        <${Avatar} app id=${app.bot_user} name=${app.name} size=${22} />
        <span>${app.name}</span>
      </h2>
      <div class="app-tabs" role="tablist" aria-label=${app.name} onKeyDown=${arrows}>
        ${Object.entries(TABS).map(
          ([key, name]) => html`
            <button
              type="button"
              role="tab"
              key=${key}
              aria-selected=${tab === key}
              tabindex=${tab === key ? 0 : -1}
              onClick=${() => pick(key)}
            >
              ${name}${
                key === "messages" &&
                channel?.unread > 0 &&
                html`
                  <span class="count">${channel.unread}</span>
                `
              }
            </button>
          `,
        )}
      </div>
    </header>
    ${
      tab === "home" &&
      html`
        <${Home} desk=${desk} app=${app} />
      `
    }
    ${
      tab === "messages" &&
      channel &&
      html`
        <${Direct} desk=${desk} data=${data} app=${app} channel=${channel} onMore=${onMore} mark=${at.mark} />
      `
    }
    ${
      tab === "about" &&
      html`
        <${About} app=${app} />
      `
    }
  `;
}

function Home({ desk, app }) {
  if (!app.home)
    return html`
      <div class="list home"><p class="nothing muted">${`${app.name} has not shown its Home yet.`}</p></div>
    `;
  return html`
    <div class="list home" tabindex="0">
      <div class="home-inner"><${Blocks} blocks=${app.home.blocks} stage=${stageOfView(desk, app.home)} /></div>
    </div>
  `;
}

function Direct({ desk, data, app, channel, onMore, mark }) {
  useRead(desk, channel);
  const open = data.open?.channel === channel.id ? data.open : null;
  return html`
    <${MessageList}
      desk=${desk}
      channel=${channel}
      messages=${open?.messages || []}
      readUntil=${open?.read_until}
      ready=${Boolean(open)}
      hasMore=${open?.has_more}
      onMore=${onMore}
      mark=${mark}
      label=${`Messages with ${app.name}`}
      empty=${html`
        <div class="beginning">
          <h3>${app.name}</h3>
          <p class="muted">${`This is between you and ${app.name} alone.`}</p>
        </div>
      `}
    />
    <${Composer}
      key=${channel.id}
      desk=${desk}
      data=${data}
      channel=${channel.id}
      placeholder=${`Message ${app.name}`}
    />
  `;
}

function About({ app }) {
  return html`
    <div class="list home" tabindex="0">
      <div class="home-inner about">
        <h3>Slash commands</h3>
        <dl>
          ${app.commands.map(
            (one) => html`
              <dt>
                <code>${one.name}</code>
                ${" "}
                <span class="usage">${one.hint}</span>
              </dt>
              <dd class="muted">${one.description}</dd>
            `,
          )}
        </dl>
        <h3>Shortcuts</h3>
        <dl>
          ${app.shortcuts.map(
            (one) => html`
              <dt>
                ${one.name}${" "}
                <span class="usage">${one.type === "global" ? "anywhere" : "in a message's menu"}</span>
              </dt>
              <dd class="muted">${one.description}</dd>
            `,
          )}
        </dl>
      </div>
    </div>
  `;
}
