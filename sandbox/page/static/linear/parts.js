// Linear's small signs: states, priorities, labels, and the menus that change them.
import { html } from "../vendor/preact-htm.js";
import { Avatar } from "../ui/avatar.js";
import { MenuButton } from "../ui/menu.js";
import { Icon } from "../ui/icon.js";

export const PRIORITIES = ["No priority", "Urgent", "High", "Medium", "Low"];
// As Linear lists them.
const IN_ORDER = [1, 2, 3, 4, 0];

/** How far an issue is, as a ring that fills. */
export function StateSign({ type, size = 14 }) {
  const full = { started: 0.5, completed: 1 }[type] || 0;
  const crossed = type === "canceled" || type === "duplicate";
  return html`<svg class=${`state-sign ${type}`} width=${size} height=${size} viewBox="0 0 14 14" aria-hidden="true">
    <circle cx="7" cy="7" r="5.8" fill="none" stroke="currentColor" stroke-width="1.6"
      stroke-dasharray=${type === "backlog" || type === "triage" ? "1.8 1.8" : undefined} />
    ${full === 0.5 && html`<path d="M7 3.4a3.6 3.6 0 0 1 0 7.2z" fill="currentColor" />`}
    ${full === 1 && html`<circle cx="7" cy="7" r="6.6" fill="currentColor" /><path d="m4.2 7.2 2 2 3.6-4" fill="none" stroke="var(--surface)" stroke-width="1.5" stroke-linecap="round" stroke-linejoin="round" />`}
    ${crossed && html`<path d="m5 5 4 4m0-4-4 4" stroke="currentColor" stroke-width="1.4" stroke-linecap="round" />`}
  </svg>`;
}

/** Bars for a priority; a mark for what is urgent. */
export function PrioritySign({ priority }) {
  if (priority === 1)
    return html`<svg class="priority urgent" width="14" height="14" viewBox="0 0 14 14" aria-hidden="true">
    <rect width="14" height="14" rx="3" fill="currentColor" /><path d="M7 3.2v4.4M7 10.4v.1" stroke="var(--surface)" stroke-width="1.8" stroke-linecap="round" /></svg>`;
  const filled = priority ? 5 - priority : 0;
  return html`<svg class="priority" width="14" height="14" viewBox="0 0 14 14" aria-hidden="true">
    ${[0, 1, 2].map(
      (
        bar,
      ) => html`<rect x=${1 + bar * 4.5} y=${filled ? 9 - bar * 3.5 : 7} width="3" height=${filled ? 4 + bar * 3.5 : 1.5} rx=".8"
      fill="currentColor" opacity=${!filled || bar < filled ? 1 : 0.3} />`,
    )}</svg>`;
}

export const Labels = ({ labels }) =>
  html`${labels.map(
    (label) => html`<span class="label-tag" key=${label.id}>
  <i style=${{ background: label.color }} aria-hidden="true"></i>${label.name}</span>`,
  )}`;

export const Assignee = ({ user, size = 20 }) =>
  user
    ? html`<span title=${user.name}><${Avatar} id=${user.id} name=${user.name} size=${size} /><span class="sr">${`, ${user.name} has it`}</span></span>`
    : html`<span class="nobody" style=${{ width: `${size}px`, height: `${size}px` }} title="Nobody has it" aria-hidden="true"></span>`;

/** A menu of the team's states; `before` stands above it. */
export function StateMenu({ issue, states, hands, children, ...rest }) {
  const items = [
    { head: `Move ${issue.identifier} to` },
    ...states.map((state) => ({
      label: state.name,
      icon: html`<${StateSign} type=${state.type} />`,
      chosen: state.id === issue.stateId,
      run: () => hands.move(issue.id, state.name),
    })),
  ];
  return html`<${MenuButton} items=${items} label=${`${issue.identifier} is ${issue.state.name}. Move it`} ...${rest}>${children}<//>`;
}

/** What can be said of an issue beside its text, each with its menu. */
export function Properties({ issue, data, states, hands }) {
  const priorities = IN_ORDER.map((priority) => ({
    label: PRIORITIES[priority],
    icon: html`<${PrioritySign} priority=${priority} />`,
    chosen: priority === issue.priority,
    run: () => hands.prioritize(issue.id, priority),
  }));
  const people = [
    { label: "Nobody", chosen: !issue.assigneeId, run: () => hands.assign(issue.id, null) },
    ...data.people.map((user) => ({
      label: user.name,
      icon: html`<${Avatar} id=${user.id} name=${user.name} size=${22} />`,
      chosen: user.id === issue.assigneeId,
      run: () => hands.assign(issue.id, user.id),
    })),
  ];
  const usable = data.labels.filter((label) => !label.teamId || label.teamId === issue.teamId);
  const labels = usable.map((label) => {
    const on = issue.labelIds.includes(label.id);
    return {
      label: label.name,
      chosen: on,
      icon: html`<i class="label-dot" style=${{ background: label.color }}></i>`,
      run: () => (on ? hands.unlabel : hands.label)(issue.id, label.id),
    };
  });
  return html`<div class="properties">
    <${StateMenu} class="property" issue=${issue} states=${states} hands=${hands}><${StateSign} type=${issue.state.type} />${issue.state.name}<//>
    <${MenuButton} class="property" items=${priorities} label=${`Priority: ${PRIORITIES[issue.priority]}. Change it`}>
      <${PrioritySign} priority=${issue.priority} />${PRIORITIES[issue.priority]}<//>
    <${MenuButton} class="property" items=${people} label=${`${issue.assignee ? `${issue.assignee.name} has it` : "Nobody has it"}. Give it to somebody`}>
      <${Assignee} user=${issue.assignee} size=${18} />${issue.assignee?.name || "Nobody"}<//>
    <${MenuButton} class="property" items=${labels} label="Labels">
      ${issue.labels.length ? html`<${Labels} labels=${issue.labels} />` : html`<${Icon} name="plus" size=${14} />Label`}<//>
  </div>`;
}
