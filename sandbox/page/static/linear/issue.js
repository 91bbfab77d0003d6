// One issue: its title and description, what is said of it, its links, and the comments.
import { html, useEffect, useRef, useState } from "../vendor/preact-htm.js";
import { Markdown } from "../slack/markdown.js";
import { Avatar } from "../ui/avatar.js";
import { Confirm } from "../ui/dialog.js";
import { Icon } from "../ui/icon.js";
import { Link } from "../ui/link.js";
import { MenuButton } from "../ui/menu.js";
import { ago, fullTime } from "../ui/time.js";
import { Properties } from "./parts.js";

const when = (text) => new Date(text);
// A backslash at a line's end is a break, in Linear's Markdown.
const Prose = ({ text }) =>
  html`<div class="prose"><${Markdown} block=${{ type: "markdown", text: text.replaceAll("\\\n", "\n") }} /></div>`;

export function Issue({ issue, data, states, me, hands, onClose }) {
  const [leaving, setLeaving] = useState(false);
  const head = useRef(null);
  useEffect(() => head.current?.focus(), [issue.id]);
  const links = data.attachments.filter((one) => one.issueId === issue.id);
  const comments = data.comments.filter((one) => one.issueId === issue.id);
  const menu = issue.trashed
    ? [{ label: "Take it out of the trash", run: () => hands.restore(issue.id) }]
    : [{ label: "Put it into the trash", danger: true, run: () => setLeaving(true) }];
  const remove = async () => {
    setLeaving(false);
    await hands.remove(issue.id);
  };
  return html`<div class="issue" onKeyDown=${(event) => event.key === "Escape" && !event.defaultPrevented && onClose()}>
    <header class="issue-head">
      <button type="button" class="icon-button" ref=${head} aria-label="Back to the board" title="Back to the board" onClick=${onClose}><${Icon} name="back" /></button>
      <span class="identifier">${issue.identifier}</span>${issue.trashed && html`<span class="sign bad">In the trash</span>`}
      <span class="gap"></span>
      <${MenuButton} class="icon-button" items=${menu} label="More"><${Icon} name="more" /><//>
    </header>
    <div class="issue-body">
      <${Editable} key=${`title-${issue.id}`} name="title" value=${issue.title} onKeep=${(title) => hands.rename(issue.id, title)} required
        shown=${html`<h2>${issue.title}</h2>`} />
      <${Properties} issue=${issue} data=${data} states=${states} hands=${hands} />
      <${Editable} key=${`text-${issue.id}`} name="description" long value=${issue.description || ""} onKeep=${(text) => hands.describe(issue.id, text)}
        shown=${issue.description ? html`<${Prose} text=${issue.description} />` : html`<p class="muted">No description.</p>`} />
      ${
        links.length > 0 &&
        html`<ul class="links" aria-label="Links">${links.map(
          (one) => html`<li key=${one.id}>
        <${Icon} name="link" size=${16} /><${Link} href=${one.url}>${one.title}<//>${one.subtitle && html`<small>${one.subtitle}</small>`}</li>`,
        )}</ul>`
      }
      <h3 class="section">Comments</h3>
      ${comments.map((one) => html`<${Comment} key=${one.id} comment=${one} hands=${hands} />`)}
      ${!comments.length && html`<p class="muted">Nobody has said anything yet.</p>`}
      <${Composer} key=${`say-${issue.id}`} me=${me} onSay=${(text) => hands.comment(issue.id, text)} />
    </div>
    ${
      leaving &&
      html`<${Confirm} title=${`Put ${issue.identifier} into the trash?`} yes="Into the trash" no="Keep it" danger onYes=${remove} onNo=${() => setLeaving(false)}>
      <p>It can be taken out again.</p><//>`
    }
  </div>`;
}

/** Something that is read, and written after a press on its pencil. */
function Editable({ name, value, shown, long, required, onKeep }) {
  const [text, setText] = useState(null);
  const pencil = useRef(null);
  const close = () => {
    setText(null);
    setTimeout(() => pencil.current?.focus());
  };
  const keep = async (event) => {
    event.preventDefault();
    if (required && !text.trim()) return;
    if (text === value || (await onKeep(text))) close();
  };
  const key = (event) => {
    if (event.key === "Escape") {
      event.preventDefault();
      close();
    }
    if (long && event.key === "Enter" && (event.ctrlKey || event.metaKey)) keep(event);
  };
  const focus = (box) => box && !box.dataset.met && ((box.dataset.met = "1"), box.focus());
  if (text === null)
    return html`<div class=${`editable ${name}`}>${shown}
    <button type="button" class="icon-button pencil" ref=${pencil} aria-label=${`Edit the ${name}`} title=${`Edit the ${name}`} onClick=${() => setText(value)}><${Icon} name="edit" size=${16} /></button></div>`;
  const more = {
    "aria-label": name,
    value: text,
    ref: focus,
    onInput: (event) => setText(event.target.value),
    onKeyDown: key,
  };
  return html`<form class="editing" onSubmit=${keep}>
    ${long ? html`<textarea class="input" rows="5" ...${more} />` : html`<input class="input" ...${more} />`}
    <div class="buttons"><button type="submit" class="button small primary" disabled=${required && !text.trim()}>Save</button>
      <button type="button" class="button small" onClick=${close}>Cancel</button></div>
  </form>`;
}

function Comment({ comment, hands }) {
  const [leaving, setLeaving] = useState(false);
  const by = authorOf(comment);
  const moment = when(comment.createdAt);
  return html`<article class="comment" aria-label=${`Comment by ${by.name}`}>
    <${Avatar} id=${by.id} name=${by.name} size=${26} />
    <div class="comment-body">
      <p class="comment-head"><strong>${by.name}</strong> <time title=${fullTime(moment)}>${ago(moment)}</time>${comment.editedAt && html`<span class="muted"> (edited)</span>`}</p>
      <${Editable} name="comment" long required value=${comment.body} shown=${html`<${Prose} text=${comment.body} />`} onKeep=${(text) => hands.editComment(comment.id, text)} />
    </div>
    <button type="button" class="icon-button" aria-label="Delete the comment" title="Delete the comment" onClick=${() => setLeaving(true)}><${Icon} name="trash" size=${16} /></button>
    ${
      leaving &&
      html`<${Confirm} title="Delete this comment?" yes="Delete" no="Keep it" danger onYes=${() => hands.deleteComment(comment.id)} onNo=${() => setLeaving(false)}>
      <p>Linear deletes it for good.</p><//>`
    }
  </article>`;
}

function authorOf(comment) {
  const app = comment.botActor && JSON.parse(comment.botActor);
  if (app?.userDisplayName) return { id: app.userDisplayName, name: app.userDisplayName };
  return comment.user || { id: "integration", name: app?.name || "An integration" };
}

function Composer({ me, onSay }) {
  const [text, setText] = useState("");
  const [busy, setBusy] = useState(false);
  const say = async (event) => {
    event.preventDefault();
    if (!text.trim() || busy) return;
    setBusy(true);
    if (await onSay(text)) setText("");
    setBusy(false);
  };
  const key = (event) => event.key === "Enter" && (event.ctrlKey || event.metaKey) && say(event);
  return html`<form class="say" onSubmit=${say}>
    <textarea class="input" rows="3" aria-label=${`Comment as ${me.name}`} placeholder=${`Comment as ${me.name}`} value=${text} onInput=${(event) => setText(event.target.value)} onKeyDown=${key}></textarea>
    <div class="buttons"><small class="muted">Begin with <code>@customer</code> to write to the customer; all else stays in the team.</small>
      <button type="submit" class="button small primary" disabled=${!text.trim() || busy}>Comment</button></div>
  </form>`;
}
