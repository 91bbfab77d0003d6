// Emoji by Slack's short names. The table comes once, when the page begins.

const table = new Map();
export const emojiReady = fetch("/static/vendor/emoji.json")
  .then((response) => response.json())
  .then((names) => Object.entries(names).forEach(([name, sign]) => table.set(name, sign)));

/** The sign for a short name (with or without a skin tone), or `:name:` where there is none. */
export function emojiOf(name) {
  const [plain, tone] = name.split("::skin-tone-");
  const sign = table.get(plain);
  if (!sign) return `:${name}:`;
  return tone >= 2 && tone <= 6 ? sign + String.fromCodePoint(0x1f3fb + Number(tone) - 2) : sign;
}

export const isEmoji = (name) => table.has(name.split("::")[0]);

/** Short names that begin with or hold what was typed, the former first. */
export function emojiLike(typed, most) {
  const wanted = typed.toLowerCase();
  const names = [...table.keys()];
  const first = names.filter((name) => name.startsWith(wanted));
  const rest = wanted ? names.filter((name) => !name.startsWith(wanted) && name.includes(wanted)) : [];
  const seen = new Set();
  return [...first, ...rest]
    .filter((name) => !seen.has(table.get(name)) && seen.add(table.get(name)))
    .slice(0, most);
}

const EMOJI = /:([a-z0-9_+'-]+(?:::skin-tone-[2-6])?):/g;
/** A plain text with its `:names:` as signs, as Slack shows plain_text. */
export const withEmoji = (text) => text.replace(EMOJI, (all, name) => (isEmoji(name) ? emojiOf(name) : all));
