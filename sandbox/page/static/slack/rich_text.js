// rich_text blocks: what a person typed, and what apps say where nothing may be parsed.
import { html } from "../vendor/preact-htm.js";
import { Link } from "../ui/link.js";
import { emojiOf } from "./emoji.js";
import { Mention } from "./mention.js";
import { dateText } from "./mrkdwn.js";

export function RichText({ block, names }) {
  return html`
    <div class="rich">
      ${block.elements.map(
        (part) => html`
          <${Part} part=${part} names=${names} />
        `,
      )}
    </div>
  `;
}

function Part({ part, names }) {
  switch (part.type) {
    case "rich_text_list": {
      const items = part.elements.map(
        (item) => html`
          <li>${inline(item.elements, names)}</li>
        `,
      );
      const style = { marginLeft: `${(part.indent || 0) * 22}px` };
      return part.style === "ordered"
        ? html`
            <ol style=${style} start=${1 + (part.offset || 0)} data-level=${(part.indent || 0) % 3}>
              ${items}
            </ol>
          `
        : html`
            <ul style=${style} data-level=${(part.indent || 0) % 3}>
              ${items}
            </ul>
          `;
    }
    case "rich_text_quote":
      return html`
        <blockquote>${inline(part.elements, names)}</blockquote>
      `;
    case "rich_text_preformatted":
      return html`
        <pre><code>${inline(part.elements, names)}</code></pre>
      `;
    default:
      return html`
        <div class="rich-line">${inline(part.elements, names)}</div>
      `;
  }
}

export const inline = (elements, names) => elements.map((element) => styled(one(element, names), element.style));

function one(element, names) {
  switch (element.type) {
    case "text":
      return element.text;
    case "link":
      return html`
        <${Link} href=${element.url}>${element.text || element.url}<//>
      `;
    case "user":
      return html`
        <${Mention} user=${element.user_id} names=${names} />
      `;
    case "channel":
      return html`
        <${Mention} channel=${element.channel_id} names=${names} />
      `;
    case "usergroup":
      return html`
        <${Mention} group=${element.usergroup_id} />
      `;
    case "broadcast":
      return html`
        <${Mention} group=${element.range} />
      `;
    case "emoji":
      return html`
        <span class="emoji" title=${`:${element.name}:`}>${emojiOf(element.name)}</span>
      `;
    case "date":
      return html`
        <time title=${element.fallback}>${dateText(element.timestamp, element.format)}</time>
      `;
    default:
      return element.fallback || element.value || "";
  }
}

function styled(content, style) {
  if (!style) return content;
  let shown = content;
  if (style.code)
    shown = html`
      <code>${shown}</code>
    `;
  if (style.bold)
    shown = html`
      <strong>${shown}</strong>
    `;
  if (style.italic)
    shown = html`
      <em>${shown}</em>
    `;
  if (style.strike)
    shown = html`
      <s>${shown}</s>
    `;
  if (style.underline)
    shown = html`
      <u>${shown}</u>
    `;
  return shown;
}
