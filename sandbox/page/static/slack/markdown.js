// markdown blocks: the part of standard Markdown that Slack shows (docs.slack.dev/reference/block-kit/blocks/markdown-block).
import { html } from "../vendor/preact-htm.js";
import { Link } from "../ui/link.js";
import { withEmoji } from "./emoji.js";

const RULES = [
  [/\\([!-/:-@[-`{-~])/, (found) => found[1]],
  [
    /`([^`\n]+)`/,
    (found) => html`
      <code>${found[1]}</code>
    `,
  ],
  [
    /!?\[([^\]]*)\]\(([^)\s]+)[^)]*\)/,
    (found) => html`
      <${Link} href=${found[2]}>${found[1] || found[2]}<//>
    `,
  ],
  [
    /https?:\/\/[^\s<>]*[^\s<>.,;:!?)'"\]]/,
    (found) => html`
      <${Link} href=${found[0]}>${found[0]}<//>
    `,
  ],
  [
    /\*\*([^\n]+?)\*\*|__([^\n]+?)__/,
    (found) => html`
      <strong>${inline(found[1] || found[2])}</strong>
    `,
  ],
  [
    /~~([^\n]+?)~~/,
    (found) => html`
      <s>${inline(found[1])}</s>
    `,
  ],
  [
    /(?<!\w)\*(?!\s)([^*\n]+?)\*|(?<!\w)_(?!\s)([^_\n]+?)_(?!\w)/,
    (found) => html`
      <em>${inline(found[1] || found[2])}</em>
    `,
  ],
];

export function inline(text) {
  let first = null;
  for (const [pattern, show] of RULES) {
    const found = pattern.exec(text);
    if (found && (!first || found.index < first.found.index)) first = { found, show };
  }
  if (!first) return withEmoji(text);
  const { found, show } = first;
  return [withEmoji(text.slice(0, found.index)), show(found), inline(text.slice(found.index + found[0].length))];
}

const KINDS = [
  [/^#{1,6} +(.*)$/, "head"],
  [/^ *[-*+] +\[[ x]\] +(.*)$/, "item"],
  [/^ *[-*+] +(.*)$/, "item"],
  [/^ *\d+[.)] +(.*)$/, "number"],
  [/^> ?(.*)$/, "quote"],
  [/^ *(?:-{3,}|\*{3,}|_{3,}) *$/, "line"],
  [/^ *$/, "empty"],
];

function kindOf(line) {
  for (const [pattern, kind] of KINDS) {
    const found = pattern.exec(line);
    if (found) return [kind, found[1] ?? ""];
  }
  return ["text", line];
}

const SHOWN = {
  head: (lines) =>
    lines.map(
      (line) => html`
        <h4>${inline(line)}</h4>
      `,
    ),
  item: (lines) => html`
    <ul>
      ${lines.map(
        (line) => html`
          <li>${inline(line)}</li>
        `,
      )}
    </ul>
  `,
  number: (lines) => html`
    <ol>
      ${lines.map(
        (line) => html`
          <li>${inline(line)}</li>
        `,
      )}
    </ol>
  `,
  quote: (lines) => html`
    <blockquote>${broken(lines)}</blockquote>
  `,
  line: () => html`
    <hr />
  `,
  empty: () => null,
  text: (lines) => html`
    <p>${broken(lines)}</p>
  `,
};
const broken = (lines) =>
  lines.map((line, index) => [
    index > 0 &&
      html`
        <br />
      `,
    inline(line),
  ]);

export function Markdown({ block }) {
  const parts = block.text.split(/```(?:\w*\n)?([\s\S]*?)```/);
  return html`
    <div class="markdown rich">
      ${parts.map((part, index) =>
        index % 2
          ? html`
              <pre><code>${part.replace(/\n$/, "")}</code></pre>
            `
          : blocksOf(part),
      )}
    </div>
  `;
}

function blocksOf(text) {
  const groups = [];
  for (const line of text.split("\n")) {
    const [kind, content] = kindOf(line);
    const last = groups[groups.length - 1];
    if (last && last.kind === kind) last.lines.push(content);
    else groups.push({ kind, lines: [content] });
  }
  return groups.map(({ kind, lines }) => SHOWN[kind](lines));
}
