// Files under a message, and those that wait to be sent.
import { html } from "../vendor/preact-htm.js";
import { Icon } from "../ui/icon.js";

const PICTURES = ["image/png", "image/jpeg", "image/gif", "image/webp"];

/** A file's size as people write it. */
export function sizeOf(bytes) {
  if (bytes < 1000) return `${bytes} ${bytes === 1 ? "byte" : "bytes"}`;
  return bytes < 1e6 ? `${(bytes / 1e3).toFixed(bytes < 1e4 ? 1 : 0)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
}

/** A file of a message. @param {{file: object, me: string}} props `me` is who looks: the address is only for them. */
export function FileCard({ file, me }) {
  if (file.mode === "tombstone")
    return html`
      <p class="file-gone">
        <${Icon} name="file" />
        <span>This file was deleted.</span>
      </p>
    `;
  const address = file.here && `${file.here}?as=${encodeURIComponent(me)}`;
  const picture = PICTURES.includes(file.mimetype) && address;
  return html`
    <figure class=${`file ${picture ? "has-picture" : ""}`}>
      <figcaption>
        ${
          !picture &&
          html`
            <span class="file-kind"><${Icon} name="file" size=${20} /></span>
          `
        }
        <span class="file-words">
          <span class="file-name">${file.title || file.name}</span>
          <small>
            ${[file.pretty_type, file.size !== undefined && sizeOf(file.size)].filter(Boolean).join(" · ")}
          </small>
        </span>
        ${
          address &&
          html`
            <a
              class="icon-button"
              href=${address}
              download=${file.name}
              title=${`Download ${file.name}`}
              aria-label=${`Download ${file.name}`}
            >
              <${Icon} name="down" />
            </a>
          `
        }
      </figcaption>
      ${
        picture &&
        html`
          <a href=${address} target="_blank" rel="noopener" aria-label=${`Open ${file.name}`}>
            <img src=${address} alt=${file.title || file.name} loading="lazy" />
          </a>
        `
      }
    </figure>
  `;
}

/** A file that is picked and not sent yet. */
export function PickedFile({ file, onDrop }) {
  return html`
    <span class="picked">
      <${Icon} name="file" size=${16} />
      <span class="file-words">
        <span class="file-name">${file.name}</span>
        <small>${sizeOf(file.size)}</small>
      </span>
      <button
        type="button"
        class="icon-button"
        aria-label=${`Remove ${file.name}`}
        title="Remove"
        onClick=${onDrop}
      >
        <${Icon} name="close" size=${14} />
      </button>
    </span>
  `;
}

/** Read picked files: names and contents in base64. */
export const readAll = (files) => Promise.all([...files].map(readOne));

function readOne(file) {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () =>
      resolve({ name: file.name, size: file.size, content: reader.result.slice(reader.result.indexOf(",") + 1) });
    reader.onerror = () => reject(reader.error);
    reader.readAsDataURL(file);
  });
}
