// One window of Slack: who one is, what is open in it, and everything that hangs on that.
import { html, useEffect, useMemo, useRef, useState } from "../vendor/preact-htm.js";
import { act, useKept, useLive } from "../store.js";
import { Confirm } from "../ui/dialog.js";
import { toast, toldIfRefused } from "../ui/toast.js";
import { Channel } from "./channel.js";
import { emojiReady } from "./emoji.js";
import { AppHome } from "./home.js";
import { Modals } from "./modal.js";
import { bePerson, useCast, usePerson } from "./person.js";
import { Sidebar } from "./sidebar.js";
import { Thread, Threads } from "./thread.js";
import { plain, textOf } from "./text.js";

const opened = new Map();
/** Follow the address of one of the sandbox's messages in the pane in which it was clicked, or the first. */
export function followPermalink(url, pane, show) {
  const found = /^\/archives\/(\w+)\/p(\d{10})(\d{6})$/.exec(url.pathname);
  const open = opened.get(pane) || opened.values().next().value;
  if (!found || !url.hostname.endsWith(".slack.com") || !open) return false;
  const [, channel, seconds, rest] = found;
  show(opened.has(pane) ? pane : opened.keys().next().value);
  open({ channel, ts: `${seconds}.${rest}`, thread: url.searchParams.get("thread_ts") });
  return true;
}

export function SlackPane({ id, index }) {
  const cast = useCast();
  const as = usePerson(id, index);
  if (!cast)
    return html`
      <p class="nothing">Opening Slack…</p>
    `;
  if (!cast.players.length)
    return html`
      <p class="nothing">There is nobody in this Slack yet.</p>
    `;
  return html`
    <${Window} key=${as.id} id=${id} as=${as.id} players=${cast.players} onBe=${(other) => bePerson(id, other)} />
  `;
}

/** This tab's own window of a person, so that a modal opens in the pane where somebody acted. */
function windowOf(id) {
  const tab = sessionStorage.getItem("tab") || Math.random().toString(36).slice(2);
  sessionStorage.setItem("tab", tab);
  return `${tab}-${id}`;
}

const address = (parts) => `/_/slack?${new URLSearchParams(Object.entries(parts).filter(([, value]) => value))}`;

function Window({ id, as, players, onBe }) {
  const own = useMemo(() => windowOf(id), [id]);
  const [at, keepAt] = useKept(`at-${id}-${as}`, {});
  const [limit, setLimit] = useState(0);
  const [asking, setAsking] = useState(null);
  const [side, setSide] = useState(false);
  const [, drawn] = useState(0);
  useEffect(() => {
    emojiReady.then(() => drawn(1));
    // "5 min ago" grows old by itself.
    const minutes = setInterval(() => drawn(Date.now()), 60_000);
    return () => clearInterval(minutes);
  }, []);
  const { data, error, reload } = useLive(
    "slack",
    address({
      as,
      window: own,
      channel: at.channel,
      limit,
      mark: at.mark,
      thread_channel: at.thread?.channel,
      thread: at.thread?.ts,
    }),
  );
  const open = (place) => {
    setSide(false);
    setLimit(0);
    keepAt((was) =>
      place.ts || place.thread
        ? {
            channel: place.channel,
            mark: place.ts,
            thread: place.thread && place.thread !== place.ts ? { channel: place.channel, ts: place.thread } : null,
          }
        : { ...place, thread: null },
    );
  };
  useEffect(() => {
    opened.set(id, open);
    return () => opened.delete(id);
  }, []);
  const seen = useRef(null);
  seen.current = data;
  const desk = useMemo(() => makeDesk({ as, own, seen, open, keepAt, setAsking, reload }), [as, own]);
  const place = data && whereIs(data, at);
  useEffect(() => {
    if (place?.channel && place.channel !== at.channel) keepAt((was) => ({ ...was, ...place }));
  }, [place?.channel]);
  if (!data)
    return html`
      <p class="nothing">${error || "Opening Slack…"}</p>
    `;
  desk.look(data);
  const covered = data.modals.length > 0 || asking;
  const key = (event) => side && event.key === "Escape" && setSide(false);
  return html`
    <div class=${`slack ${side ? "side-open" : ""}`} onKeyDown=${key}>
      <div class="slack-body" inert=${covered ? true : undefined}>
        <${Sidebar}
          desk=${desk}
          data=${data}
          place=${place}
          players=${players}
          as=${as}
          onBe=${onBe}
          onClose=${() => setSide(false)}
        />
        ${
          side &&
          html`
            <div class="side-veil" onClick=${() => setSide(false)}></div>
          `
        }
        <div class="slack-main">
          <${Main}
            key=${place.channel || place.app || "threads"}
            desk=${desk}
            data=${data}
            place=${place}
            at=${at}
            onMenu=${() => setSide(true)}
            onMore=${() => setLimit((data.open?.messages.length || 0) + 60)}
          />
        </div>
        ${
          at.thread &&
          data.thread &&
          html`
            <${Thread} key=${data.thread.ts} desk=${desk} data=${data} />
          `
        }
      </div>
      <${Modals} desk=${desk} views=${data.modals} />
      ${
        asking &&
        html`
          <${Confirm}
            title=${plain(asking.told.title)}
            yes=${plain(asking.told.confirm)}
            no=${plain(asking.told.deny)}
            danger=${asking.told.style === "danger"}
            onYes=${() => asking.answer(true)}
            onNo=${() => asking.answer(false)}
          >
            <div class="mrkdwn">${textOf(asking.told.text, desk.names)}</div>
          <//>
        `
      }
    </div>
  `;
}

function Main({ desk, data, place, ...rest }) {
  if (place.app)
    return html`
      <${AppHome} desk=${desk} data=${data} app=${place.app} tab=${place.tab} ...${rest} />
    `;
  if (place.threads)
    return html`
      <${Threads} desk=${desk} data=${data} ...${rest} />
    `;
  if (place.channel)
    return html`
      <${Channel} desk=${desk} data=${data} channel=${place.channel} ...${rest} />
    `;
  return html`
    <p class="nothing">You are in no channel yet.</p>
  `;
}

/** What is open: what was chosen, if it is still there, else the first channel that the person is in. */
function whereIs(data, at) {
  if (at.app && data.apps.some((one) => one.id === at.app)) return at;
  if (at.threads) return at;
  const mine = data.channels.filter((one) => one.kind !== "im");
  const channel =
    data.channels.find((one) => one.id === at.channel) || mine.find((one) => one.is_member) || mine[0];
  return { channel: channel?.id };
}

/** What a window can do, the same object for its life; `look` gives it what is seen now. */
function makeDesk({ as, own, seen, open, keepAt, setAsking, reload }) {
  const desk = {
    as,
    own,
    open,
    names: { me: as, people: new Map(), channels: new Map(), open },
    look(data) {
      desk.names.people = new Map(data.people.map((one) => [one.id, one]));
      desk.names.channels = new Map(data.channels.map((one) => [one.id, one]));
    },
    seen: () => seen.current,
    reload,
    /** Forget which message a link has named; it was brought into sight. */
    unmark: () => keepAt(({ mark: _, ...was }) => was),
    openThread: (channel, ts) => keepAt((was) => ({ ...was, thread: ts ? { channel, ts } : null })),
    /** Do something quietly: the answer says what came of it. */
    quietly: (body) => act("/_/slack/act", { as, window: own, ...body }),
    /** Do something; a refusal is told at the foot of the page. */
    async act(body) {
      const answer = await desk.quietly(body);
      toldIfRefused(answer);
      return answer;
    },
    confirm: (told) =>
      new Promise((resolve) =>
        setAsking({
          told,
          answer: (yes) => {
            setAsking(null);
            resolve(yes);
          },
        }),
      ),
    say: toast,
  };
  return desk;
}
