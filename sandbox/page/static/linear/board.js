// The board: a column for each state. Cards are dragged, or moved by their menu.
import { html, useState } from "../vendor/preact-htm.js";
import { Icon } from "../ui/icon.js";
import { Assignee, Labels, PRIORITIES, PrioritySign, StateMenu, StateSign } from "./parts.js";

const DRAGGED = "application/x-linear-issue";

export function Board({ issues, states, comments, hands, onOpen }) {
  const [dragged, setDragged] = useState(null);
  const drop = (issue, state) => issue && issue.stateId !== state.id && hands.move(issue.id, state.name);
  return html`<div class="board" role="group" aria-label="Board">
    ${states.map(
      (state) => html`<${Column} key=${state.id} state=${state} dragged=${dragged}
      issues=${issues.filter((issue) => issue.stateId === state.id)}
      onDrop=${(id) =>
        drop(
          issues.find((issue) => issue.id === id),
          state,
        )}
      card=${(
        issue,
      ) => html`<${Card} key=${issue.id} issue=${issue} states=${states} hands=${hands} onOpen=${onOpen}
        said=${comments.get(issue.id) || 0} onDrag=${setDragged} dragged=${dragged === issue.id} />`} />`,
    )}
  </div>`;
}

function Column({ state, issues, dragged, onDrop, card }) {
  const [over, setOver] = useState(0);
  const ours = (event) => event.dataTransfer?.types.includes(DRAGGED);
  const enter = (event) => {
    if (!ours(event)) return;
    event.preventDefault();
    setOver((was) => was + 1);
  };
  const drop = (event) => {
    event.preventDefault();
    setOver(0);
    onDrop(event.dataTransfer.getData(DRAGGED));
  };
  const look = `column ${over > 0 && dragged ? "over" : ""} ${issues.length ? "" : "empty"} ${dragged ? "waiting" : ""}`;
  return html`<section class=${look} aria-label=${`${state.name}, ${issues.length}`} onDragEnter=${enter}
      onDragOver=${(event) => ours(event) && event.preventDefault()} onDragLeave=${() => setOver((was) => Math.max(0, was - 1))} onDrop=${drop}>
    <h3><${StateSign} type=${state.type} />${state.name}<span class="many">${issues.length}</span></h3>
    <div class="cards">${issues.map(card)}</div>
  </section>`;
}

function Card({ issue, states, hands, said, onOpen, onDrag, dragged }) {
  const start = (event) => {
    event.dataTransfer.setData(DRAGGED, issue.id);
    event.dataTransfer.setData("text/plain", issue.identifier);
    event.dataTransfer.effectAllowed = "move";
    // Chromium ends a drag whose element changes in the moment in which it begins.
    setTimeout(() => onDrag(issue.id));
  };
  return html`<article class=${`card ${dragged ? "dragged" : ""}`} draggable="true" aria-label=${`${issue.identifier} ${issue.title}`}
      onDragStart=${start} onDragEnd=${() => onDrag(null)}>
    <div class="card-head">
      <span class="identifier">${issue.identifier}</span>
      <${StateMenu} class="icon-button card-menu" issue=${issue} states=${states} hands=${hands} title="Move it"><${Icon} name="more" size=${16} /><//>
    </div>
    <button type="button" class="card-title" id=${`card-${issue.id}`} onClick=${() => onOpen(issue.id)}>${issue.title}</button>
    <div class="card-foot">
      <span title=${PRIORITIES[issue.priority]}><${PrioritySign} priority=${issue.priority} /><span class="sr">${PRIORITIES[issue.priority]}</span></span>
      <${Labels} labels=${issue.labels} />
      ${said > 0 && html`<span class="said-often" title=${`${said} comments`}><${Icon} name="reply" size=${14} />${said}<span class="sr"> comments</span></span>`}
      <span class="gap"></span><${Assignee} user=${issue.assignee} />
    </div>
  </article>`;
}
