// Pictures in blocks: those in the sandbox's keeping are shown, those from outside are named and linked only.
import { html } from "../vendor/preact-htm.js";
import { Icon } from "../ui/icon.js";
import { Link } from "../ui/link.js";

export function Picture({ image, names, small }) {
  const file = image.slack_file?.id;
  const size = small ? "picture small" : "picture";
  if (file)
    return html`
      <img class=${size} src=${`/_/slack/files/${encodeURIComponent(file)}?as=${names.me}`} alt=${image.alt_text} />
    `;
  return html`
    <${Link} href=${image.image_url || image.slack_file?.url || ""} class=${`${size} outside`}>
      <${Icon} name="eye" size=${16} />
      <span>${image.alt_text}</span>
    <//>
  `;
}
