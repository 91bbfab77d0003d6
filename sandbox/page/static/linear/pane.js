// Linear's window: who one is, which team, the board or one issue, and the webhooks.
import { html, useEffect, useState } from "../vendor/preact-htm.js";
import { showPane } from "../panes.js";
import { useKept, useLive } from "../store.js";
import { Avatar } from "../ui/avatar.js";
import { Dialog } from "../ui/dialog.js";
import { Icon } from "../ui/icon.js";
import { MenuButton } from "../ui/menu.js";
import { Board } from "./board.js";
import { handsOf, statesOf } from "./desk.js";
import { Issue } from "./issue.js";
import { Webhooks } from "./webhooks.js";

let wanted = null;
let open = null;

/** Follow the address of an issue in this Linear. */
export function followIssue(url) {
  const found = /^\/[^/]+\/issue\/([A-Z][A-Z0-9]*-\d+)/i.exec(url.pathname);
  if (url.hostname !== "linear.app" || !found) return false;
  wanted = found[1].toUpperCase();
  showPane("linear");
  open?.();
  return true;
}

export function LinearPane() {
  const { data, error } = useLive("linear", "/_/linear");
  if (!data) return html`<p class="nothing">${error || "Opening Linear…"}</p>`;
  if (!data.people.length || !data.teams.length)
    return html`<p class="nothing">There is nobody in this Linear yet.</p>`;
  return html`<${Window} data=${data} />`;
}

function Window({ data }) {
  const [as, setAs] = useKept("linear-as", data.people[0].id);
  const [at, setAt] = useKept("linear-team", null);
  const [view, setView] = useKept("linear-view", "board");
  const [shown, setShown] = useKept("linear-issue", null);
  const [raising, setRaising] = useState(false);
  const me = data.people.find((one) => one.id === as) || data.people[0];
  const team = data.teams.find((one) => one.id === at) || busiest(data);
  const states = statesOf(data, team);
  const hands = handsOf(me.id);
  useEffect(() => {
    open = () => {
      const issue =
        wanted && data.issues.find((one) => one.identifier === wanted || one.previousIdentifiers.includes(wanted));
      if (!issue) return;
      wanted = null;
      setAt(issue.teamId);
      setView("board");
      setShown(issue.id);
    };
    open();
    return () => (open = null);
  }, [data]);
  const issues = data.issues.filter((one) => one.teamId === team.id && !one.archivedAt);
  const issue = view === "board" && data.issues.find((one) => one.id === shown && one.teamId === team.id);
  const close = (id) => {
    setShown(null);
    setTimeout(() => document.getElementById(`card-${id}`)?.focus());
  };
  const comments = new Map();
  data.comments.forEach((one) => comments.set(one.issueId, (comments.get(one.issueId) || 0) + 1));
  const become = [
    { head: "Be another engineer" },
    ...data.people.map((one) => ({
      label: one.name,
      chosen: one.id === me.id,
      icon: html`<${Avatar} id=${one.id} name=${one.name} size=${26} />`,
      run: () => setAs(one.id),
    })),
  ];
  const teams = data.teams.map((one) => ({
    label: one.name,
    hint: one.key,
    chosen: one.id === team.id,
    run: () => setAt(one.id),
  }));
  return html`<div class="linear">
    <header class="linear-head">
      <${MenuButton} class="engineer" items=${become} label=${`You are ${me.name}. Be another engineer`} title="Be another engineer">
        <${Avatar} id=${me.id} name=${me.name} size=${26} /><span class="engineer-name">${me.name}</span><${Icon} name="chevron" size=${14} /><//>
      <${MenuButton} class="team" items=${teams} label=${`Team ${team.name}. Choose another`} title="Choose a team">${team.name}<${Icon} name="chevron" size=${14} /><//>
      <span class="gap"></span>
      <div class="views" role="group" aria-label="What is shown">
        ${[
          ["board", "Board"],
          ["webhooks", "Webhooks"],
        ].map(
          ([id, title]) =>
            html`<button type="button" key=${id} aria-pressed=${view === id} onClick=${() => setView(id)}>${title}</button>`,
        )}
      </div>
      <button type="button" class="icon-button" aria-label="New issue" title="New issue" onClick=${() => setRaising(true)}><${Icon} name="plus" /></button>
    </header>
    ${view === "webhooks" && html`<${Webhooks} />`}
    ${view === "board" && !issue && html`<${Board} issues=${issues} states=${states} comments=${comments} hands=${hands} onOpen=${setShown} />`}
    ${issue && html`<${Issue} issue=${issue} data=${data} states=${states} me=${me} hands=${hands} onClose=${() => close(issue.id)} />`}
    ${raising && html`<${NewIssue} team=${team} hands=${hands} onClose=${() => setRaising(false)} />`}
  </div>`;
}

/** The team with the most issues: the one that the bot works with. */
function busiest(data) {
  const many = (team) => data.issues.filter((one) => one.teamId === team.id).length;
  return [...data.teams].sort((one, other) => many(other) - many(one))[0];
}

function NewIssue({ team, hands, onClose }) {
  const [title, setTitle] = useState("");
  const [description, setDescription] = useState("");
  const make = async () => {
    if (title.trim() && (await hands.raise(team.id, title, description || null))) onClose();
  };
  return html`<${Dialog} title=${`New issue in ${team.name}`} onClose=${onClose} onSubmit=${make}
    foot=${html`<button type="button" class="button" onClick=${onClose}>Cancel</button>
      <button type="submit" class="button primary" disabled=${!title.trim()}>Create</button>`}>
    <label class="field">Title<input class="input" value=${title} data-autofocus onInput=${(event) => setTitle(event.target.value)} /></label>
    <label class="field">Description<textarea class="input" rows="4" value=${description} onInput=${(event) => setDescription(event.target.value)}></textarea></label>
  <//>`;
}
