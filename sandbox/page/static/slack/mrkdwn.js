// Slack's own text markup as elements (docs.slack.dev/messaging/formatting-message-text). Whatever was typed stays
// text: nothing here makes HTML of it.
import { html } from "../vendor/preact-htm.js";
import { Link, linkable } from "../ui/link.js";
import { emojiOf, isEmoji } from "./emoji.js";
import { Mention } from "./mention.js";

const SIGNS = { "&lt;": "<", "&gt;": ">", "&amp;": "&" };
export const unescaped = (text) => text.replace(/&(?:lt|gt|amp);/g, (sign) => SIGNS[sign]);

const BLOCK_CODE = /```\n?([\s\S]+?)\n?```/;
// A pair of marks stands around something that does not begin or end with a space, and not within a word.
const pair = (mark) =>
  new RegExp(`(?<![\\w${mark}])\\${mark}(?!\\s)([^\\n${mark}]+?)(?<!\\s)\\${mark}(?![\\w${mark}])`);
const RULES = [
  [
    /`([^`\n]+)`/,
    (found, names) => html`
      <code>${special(found[1], names)}</code>
    `,
  ],
  [/<([^<>\n]+)>/, (found, names) => angle(found[1], names)],
  [
    /(?:https?:\/\/)[^\s<>|]*[^\s<>|.,;:!?)'"\]]/i,
    (found) => html`
      <${Link} href=${unescaped(found[0])}>${unescaped(found[0])}<//>
    `,
  ],
  [
    pair("*"),
    (found, names) => html`
      <strong>${inline(found[1], names)}</strong>
    `,
  ],
  [
    pair("_"),
    (found, names) => html`
      <em>${inline(found[1], names)}</em>
    `,
  ],
  [
    pair("~"),
    (found, names) => html`
      <s>${inline(found[1], names)}</s>
    `,
  ],
  [/:([a-z0-9_+'-]+(?:::skin-tone-[2-6])?):/, (found) => (isEmoji(found[1]) ? emojiOf(found[1]) : found[0])],
];
const NO_LINK = (rule) => !String(rule[0]).includes("https?");

/** A text as elements. @param {string} text mrkdwn @param {object} names who and where, by id @param verbatim no bare links */
export function mrkdwn(text, names, verbatim = false) {
  const code = BLOCK_CODE.exec(text);
  if (!code) return lines(text, names, verbatim);
  const before = text.slice(0, code.index).replace(/\n$/, "");
  const after = text.slice(code.index + code[0].length).replace(/^\n/, "");
  return [
    before && lines(before, names, verbatim),
    html`
      <pre><code>${special(code[1], names)}</code></pre>
    `,
    after && mrkdwn(after, names, verbatim),
  ];
}

function lines(text, names, verbatim) {
  const shown = [];
  for (const line of text.split("\n")) {
    const quoted = line.startsWith("&gt;");
    const last = shown[shown.length - 1];
    if (last && last.quoted === quoted) last.lines.push(line);
    else shown.push({ quoted, lines: [line] });
  }
  return shown.map(({ quoted, lines: some }, index) => {
    const parts = some.map((line, at) => [
      at > 0 &&
        html`
          <br />
        `,
      inline(quoted ? line.replace(/^&gt; ?/, "") : line, names, verbatim),
    ]);
    if (quoted)
      return html`
        <blockquote>${parts}</blockquote>
      `;
    return [
      index > 0 &&
        !shown[index - 1].quoted &&
        html`
          <br />
        `,
      parts,
    ];
  });
}

function inline(text, names, verbatim) {
  const parts = [];
  let rest = text;
  while (rest) {
    let first = null;
    for (const rule of verbatim ? RULES.filter(NO_LINK) : RULES) {
      const found = rule[0].exec(rest);
      if (found && (!first || found.index < first.found.index)) first = { found, show: rule[1] };
    }
    if (!first) {
      parts.push(unescaped(rest));
      break;
    }
    if (first.found.index) parts.push(unescaped(rest.slice(0, first.found.index)));
    parts.push(first.show(first.found, names));
    rest = rest.slice(first.found.index + first.found[0].length);
  }
  return parts;
}

/** Within code only what stands in angles is parsed. */
function special(text, names) {
  return text
    .split(/(<[^<>\n]+>)/)
    .map((part) => (/^<[^<>\n]+>$/.test(part) ? angle(part.slice(1, -1), names) : unescaped(part)));
}

function angle(inside, names) {
  const bar = inside.indexOf("|");
  const target = bar < 0 ? inside : inside.slice(0, bar);
  const label = bar < 0 ? "" : unescaped(inside.slice(bar + 1));
  if (target.startsWith("@"))
    return html`
      <${Mention} user=${target.slice(1)} label=${label} names=${names} />
    `;
  if (target.startsWith("#"))
    return html`
      <${Mention} channel=${target.slice(1)} label=${label} names=${names} />
    `;
  if (target.startsWith("!date^"))
    return html`
      <${WrittenDate} told=${target.slice(6)} label=${label} />
    `;
  if (target.startsWith("!"))
    return html`
      <${Mention} group=${label || target.slice(1).split("^")[0]} />
    `;
  const address = unescaped(target);
  if (address.startsWith("mailto:")) return label || address.slice(7);
  return linkable(address)
    ? html`
        <${Link} href=${address}>${label || address}<//>
      `
    : `<${unescaped(inside)}>`;
}

const DATES = {
  date_num: { year: "numeric", month: "2-digit", day: "2-digit" },
  date: { year: "numeric", month: "long", day: "numeric" },
  date_short: { year: "numeric", month: "short", day: "numeric" },
  date_long: { weekday: "long", year: "numeric", month: "long", day: "numeric" },
  time: { hour: "numeric", minute: "2-digit" },
  time_secs: { hour: "numeric", minute: "2-digit", second: "2-digit" },
};
/** `<!date^seconds^{date} at {time}^link|fallback>` in the reader's own zone. */
export function dateText(seconds, format) {
  const moment = new Date(Number(seconds) * 1000);
  return format.replace(/\{(\w+?)(?:_pretty)?\}/g, (all, name) => {
    const look = DATES[name];
    return look ? new Intl.DateTimeFormat(undefined, look).format(moment) : all;
  });
}

function WrittenDate({ told, label }) {
  const [seconds, format = "", address] = told.split("^");
  const text = /^\d+$/.test(seconds) ? dateText(seconds, unescaped(format)) : label;
  const shown = html`
    <time title=${label}>${text}</time>
  `;
  return address
    ? html`
        <${Link} href=${unescaped(address)}>${shown}<//>
      `
    : shown;
}
