// data_visualization blocks: bars, lines and areas, and pies, drawn small; a table says the same to a screen reader
// (docs.slack.dev/reference/block-kit/blocks/data-visualization-block).
import { html } from "../vendor/preact-htm.js";

const WIDE = 320;
const HIGH = 150;
const FOOT = 20;
const HUES = 6;

export function Chart({ block }) {
  const chart = block.chart || {};
  const series =
    chart.type === "pie" ? [] : (chart.series || []).map((one) => ({ name: one.name, points: one.data || [] }));
  const slices = chart.segments || [];
  const Drawn = { pie: Pie, bar: Bars, line: Lines, area: Lines }[chart.type];
  const names =
    chart.type === "pie" ? slices.map((one) => one.label) : series.length > 1 ? series.map((one) => one.name) : [];
  return html`
    <figure class="chart">
      <figcaption>${block.title}</figcaption>
      ${
        Drawn
          ? html`
              <${Drawn} series=${series} slices=${slices} filled=${chart.type === "area"} />
            `
          : html`
              <p class="muted">A chart that this page cannot draw.</p>
            `
      }
      ${
        names.length > 0 &&
        html`
          <ul class="legend">
            ${names.map(
              (name, index) => html`
                <li>
                  <i data-hue=${index % HUES}></i>
                  ${name}
                </li>
              `,
            )}
          </ul>
        `
      }
      <div class="sr">
        <table>
          <caption>${block.title}</caption>
          <tbody>
            ${slices.map(
              (one) => html`
                <tr>
                  <th scope="row">${one.label}</th>
                  <td>${one.value}</td>
                </tr>
              `,
            )}
            ${series.flatMap((one) =>
              one.points.map(
                (point) => html`
                  <tr>
                    <th scope="row">${`${one.name} ${point.label}`}</th>
                    <td>${point.value}</td>
                  </tr>
                `,
              ),
            )}
          </tbody>
        </table>
      </div>
    </figure>
  `;
}

const highest = (series) => Math.max(1, ...series.flatMap((one) => one.points.map((point) => point.value)));

function Frame({ labels, top, children }) {
  const step = WIDE / Math.max(1, labels.length);
  const every = Math.ceil(labels.length / 7);
  return html`
    <svg viewBox=${`0 -8 ${WIDE} ${HIGH + FOOT + 8}`} aria-hidden="true">
      <line x1="0" x2=${WIDE} y1=${HIGH} y2=${HIGH} class="axis" />
      <text x="0" y="2" class="tick-label">${top}</text>
      ${children}
      ${labels.map(
        (label, index) =>
          index % every === 0 &&
          html`
            <text x=${(index + 0.5) * step} y=${HIGH + 14} class="tick-label" text-anchor="middle">${label}</text>
          `,
      )}
    </svg>
  `;
}

function Bars({ series }) {
  const top = highest(series);
  const labels = (series[0]?.points || []).map((point) => point.label);
  const step = WIDE / Math.max(1, labels.length);
  const wide = Math.min(34, (step * 0.7) / Math.max(1, series.length));
  return html`
    <${Frame} labels=${labels} top=${top}>
      ${series.flatMap((one, at) =>
        one.points.map((point, index) => {
          const high = Math.max(0, (point.value / top) * (HIGH - 12));
          return html`
            <rect
              data-hue=${at % HUES}
              rx="2"
              width=${wide}
              height=${high}
              y=${HIGH - high}
              x=${(index + 0.5) * step - (wide * series.length) / 2 + wide * at}
            >
              <title>${`${point.label}: ${point.value}`}</title>
            </rect>
          `;
        }),
      )}
    <//>
  `;
}

function Lines({ series, filled }) {
  const top = highest(series);
  const labels = (series[0]?.points || []).map((point) => point.label);
  const step = WIDE / Math.max(1, labels.length);
  return html`
    <${Frame} labels=${labels} top=${top}>
      ${series.map((one, at) => {
        const spots = one.points.map(
          (point, index) => `${(index + 0.5) * step},${HIGH - (point.value / top) * (HIGH - 12)}`,
        );
        const area = `${0.5 * step},${HIGH} ${spots.join(" ")} ${(one.points.length - 0.5) * step},${HIGH}`;
        return html`
          ${
            filled &&
            html`
              <polygon data-hue=${at % HUES} class="area" points=${area} />
            `
          }
          <polyline data-hue=${at % HUES} points=${spots.join(" ")} />
        `;
      })}
    <//>
  `;
}

function Pie({ slices }) {
  const sum = slices.reduce((all, one) => all + one.value, 0) || 1;
  let at = 0;
  return html`
    <svg viewBox="-1.05 -1.05 2.1 2.1" class="pie" aria-hidden="true">
      ${slices.map((one, index) => {
        const part = Math.min(one.value / sum, 0.99999);
        const [from, to] = [at, at + part].map((turn) => [
          Math.sin(turn * 2 * Math.PI),
          -Math.cos(turn * 2 * Math.PI),
        ]);
        at += part;
        return html`
          <path data-hue=${index % HUES} d=${`M0 0L${from}A1 1 0 ${part > 0.5 ? 1 : 0} 1 ${to}Z`}>
            <title>${`${one.label}: ${one.value}`}</title>
          </path>
        `;
      })}
    </svg>
  `;
}
