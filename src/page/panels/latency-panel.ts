/** The latency panel: a waterfall of the turns, and the parts of the wait with p50 and p95. */
import { html, nothing, svg, type TemplateResult } from "lit";
import {
  latencyParts,
  latencySteps,
  percentile,
  type LatencyPart,
  type LatencyStep,
  type LatencyState,
  type TurnLatency,
} from "./turn-latency.ts";
import { strings } from "../language/strings.ts";

/** Newest first. */
const maxShownTurns = 50;

export function renderLatency({ turns }: LatencyState): TemplateResult {
  const texts = strings().latency;
  if (turns.length === 0) return html`<p class="empty">${texts.none}</p>`;
  const shown = turns.slice(-maxShownTurns).toReversed();
  // The axis fits all but the slowest, so that one outlier does not flatten the others.
  const scale = Math.max(500, ...shown.slice(0, 20).map(endOf));
  return html`
    <div class="padded">
      ${renderSummary(turns)}
      <ul class="legend" aria-label=${texts.legend}>
        ${latencySteps.map((step) => html`<li><i class=${step}></i>${texts.steps[step]}</li>`)}
        <li><i class="tool"></i>${texts.tool}</li>
      </ul>
      <ol class="turns" aria-label=${texts.turnList}>
        ${shown.map((turn) => renderTurn(turn, scale))}
      </ol>
      <p class="hint">${texts.hint}</p>
    </div>
  `;
}

const renderSummary = (turns: readonly TurnLatency[]): TemplateResult => html`
  <table>
    <caption>
      ${strings().latency.summary(turns.length)}
    </caption>
    <thead>
      <tr>
        <th scope="col">${strings().latency.part}</th>
        <th scope="col">p50</th>
        <th scope="col">p95</th>
        <th scope="col">${strings().latency.last}</th>
      </tr>
    </thead>
    <tbody>
      ${(Object.keys(latencyParts) as LatencyPart[]).map((part) => renderPart(part, turns))}
    </tbody>
  </table>
`;

function renderPart(part: LatencyPart, turns: readonly TurnLatency[]): TemplateResult {
  const measure = latencyParts[part];
  const last = turns.at(-1);
  return html`<tr data-part=${part}>
    <th scope="row">${strings().latency.parts[part]}</th>
    <td>${formatMs(percentile(turns, measure, 0.5))}</td>
    <td>${formatMs(percentile(turns, measure, 0.95))}</td>
    <td>${formatMs(last && measure(last))}</td>
  </tr>`;
}

const renderTurn = (turn: TurnLatency, scale: number): TemplateResult => html`
  <li>
    <p>
      <strong>${turn.number}</strong> ${strings().latency[turn.input]}
      ${turn.interrupted ? html`<em>${strings().latency.interrupted}</em>` : nothing}
      <span>${describeTurn(turn)}</span>
    </p>
    <svg viewBox="0 0 1000 24" preserveAspectRatio="none" aria-hidden="true">
      ${segmentsOf(turn).map(
        ({ step, from, to }) =>
          svg`<rect class=${step} x=${x(from, scale)} y="0" width=${width(from, to, scale)} height="14" />`,
      )}
      ${turn.tools.map(
        ({ from, to = from }) =>
          svg`<rect class="tool" x=${x(from, scale)} y="17" width=${width(from, to, scale)} height="6" />`,
      )}
    </svg>
  </li>
`;

interface Segment {
  readonly step: LatencyStep;
  readonly from: number;
  readonly to: number;
}

/** Each step from the end of the latest before it. Steps may come in another order: audio before the transcript. */
function segmentsOf(turn: TurnLatency): Segment[] {
  const reached = latencySteps
    .flatMap((step) => ({ step, to: turn[step] ?? -1 }))
    .filter(({ to }) => to >= 0)
    .toSorted((a, b) => a.to - b.to);
  return reached.map(({ step, to }, at) => ({ step, from: reached[at - 1]?.to ?? 0, to }));
}

const endOf = (turn: TurnLatency): number =>
  Math.max(...segmentsOf(turn).map(({ to }) => to), ...turn.tools.map(({ to = 0 }) => to), 0);

const x = (ms: number, scale: number): number => Math.min(1_000, (ms / scale) * 1_000);
const width = (from: number, to: number, scale: number): number =>
  Math.max(4, x(to, scale) - x(from, scale));

function describeTurn(turn: TurnLatency): string {
  const texts = strings().latency;
  const steps = latencySteps.flatMap((step) => {
    const ms = turn[step];
    return ms === undefined ? [] : `${texts.steps[step].toLowerCase()} ${formatMs(ms)}`;
  });
  const tools = turn.tools.map(
    ({ name, from, to }) => `${name} ${to === undefined ? texts.running : formatMs(to - from)}`,
  );
  // A figure stays on the line of its step.
  return [...steps, ...tools].map((each) => each.replaceAll(" ", "\u00a0")).join(" · ");
}

const formatMs = (ms: number | undefined): string =>
  ms === undefined ? "–" : Math.round(ms).toLocaleString("en");
