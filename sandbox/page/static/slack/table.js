// table blocks, with the alignment that the app asked for.
import { html } from "../vendor/preact-htm.js";
import { withEmoji } from "./emoji.js";
import { RichText } from "./rich_text.js";

export function Table({ block, names }) {
  const columns = block.column_settings || [];
  const [head, ...rows] = block.rows || [];
  const cell = (
    content,
    index,
    Tag,
  ) => html`<${Tag} data-align=${columns[index]?.align || "left"} class=${columns[index]?.is_wrapped ? "wrapped" : ""}
    scope=${Tag === "th" ? "col" : undefined}>${
      content.type === "rich_text"
        ? html`
            <${RichText} block=${content} names=${names} />
          `
        : withEmoji(String(content.text ?? content.value ?? ""))
    }</${Tag}>`;
  return html`
    <div class="table" tabindex="0" role="region" aria-label=${block.caption || "Table"}>
      <table>
        ${
          block.caption &&
          html`
            <caption>${block.caption}</caption>
          `
        }
        ${
          head &&
          html`
            <thead><tr>${head.map((content, index) => cell(content, index, "th"))}</tr></thead>
          `
        }
        <tbody>
          ${rows.map(
            (row) => html`
              <tr>${row.map((content, index) => cell(content, index, "td"))}</tr>
            `,
          )}
        </tbody>
      </table>
    </div>
  `;
}
