// A message as its author typed it, to be edited.
import { unescaped } from "./mrkdwn.js";

/** The text with names in place of ids, as the composer takes it. */
export function asTyped(message, names) {
  return unescaped(
    message.text.replace(/<([^<>\n]+)>/g, (_, inside) => {
      const [target, label] = inside.split("|");
      if (target.startsWith("@"))
        return `@${names.people.get(target.slice(1))?.handle || label || target.slice(1)}`;
      if (target.startsWith("#"))
        return `#${names.channels.get(target.slice(1))?.name || label || target.slice(1)}`;
      if (target.startsWith("!")) return `@${target.slice(1)}`;
      return target;
    }),
  );
}
