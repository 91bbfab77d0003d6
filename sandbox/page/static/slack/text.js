// Block Kit's text objects.
import { withEmoji } from "./emoji.js";
import { mrkdwn } from "./mrkdwn.js";

/** A text object as elements: mrkdwn is parsed, plain_text shows its emoji alone. */
export function textOf(text, names) {
  if (!text) return null;
  if (text.type === "mrkdwn") return mrkdwn(text.text, names, text.verbatim);
  return text.emoji === false ? text.text : withEmoji(text.text);
}

/** A plain_text object as a string, for labels. */
export const plain = (text) => (text ? withEmoji(text.text) : "");
