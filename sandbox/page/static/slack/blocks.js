// Block Kit as Slack shows it: one component for each block.
import { html } from "../vendor/preact-htm.js";
import { Chart } from "./chart.js";
import { Element } from "./elements.js";
import { FileCard } from "./files.js";
import { Input } from "./inputs.js";
import { Markdown } from "./markdown.js";
import { Picture } from "./picture.js";
import { RichText } from "./rich_text.js";
import { Table } from "./table.js";
import { plain, textOf } from "./text.js";

/** Blocks, from top to bottom. @param {{blocks: object[], stage: object}} props `stage` as `Element` takes it. */
export function Blocks({ blocks, stage }) {
  return blocks.map(
    (block, index) => html`
      <${Block} key=${block.block_id || index} block=${block} stage=${stage} />
    `,
  );
}

function Block({ block, stage }) {
  const Shown = BLOCKS[block.type] || Unknown;
  return html`
    <div class=${`block block-${block.type}`}><${Shown} block=${block} stage=${stage} names=${stage.names} /></div>
  `;
}

function Section({ block, stage, names }) {
  return html`
    <div class="section-text">
      ${
        block.text &&
        html`
          <div class="mrkdwn">${textOf(block.text, names)}</div>
        `
      }
      ${
        block.fields &&
        html`
          <div class="fields">
            ${block.fields.map(
              (field) => html`
                <div class="field mrkdwn">${textOf(field, names)}</div>
              `,
            )}
          </div>
        `
      }
    </div>
    ${
      block.accessory &&
      html`
        <div class="accessory">
          <${Element} element=${block.accessory} block=${block} stage=${stage} accessory />
        </div>
      `
    }
  `;
}

const Header = ({ block }) => html`
  <h3>${plain(block.text)}</h3>
`;
const Divider = () => html`
  <hr />
`;
const Context = ({ block, names }) =>
  block.elements.map((element) =>
    element.type === "image"
      ? html`
          <${Picture} image=${element} names=${names} small />
        `
      : html`
          <span class="mrkdwn">${textOf(element, names)}</span>
        `,
  );
const Actions = ({ block, stage }) =>
  block.elements.map(
    (element, index) => html`
      <${Element} key=${element.action_id || index} element=${element} block=${block} stage=${stage} />
    `,
  );
const Image = ({ block, names }) => html`
  ${
    block.title &&
    html`
      <p class="image-title">${plain(block.title)}</p>
    `
  }
  <${Picture} image=${block} names=${names} />
`;
const File = ({ block }) => html`
  <${FileCard} file=${{ name: block.external_id || "File", mode: "external" }} />
`;
const Unknown = ({ block }) => html`
  <p class="muted">${block.fallback || `A block that this page cannot show: ${block.type}`}</p>
`;

const BLOCKS = {
  section: Section,
  header: Header,
  divider: Divider,
  context: Context,
  actions: Actions,
  image: Image,
  file: File,
  input: Input,
  rich_text: RichText,
  markdown: Markdown,
  table: Table,
  data_table: Table,
  data_visualization: Chart,
};
