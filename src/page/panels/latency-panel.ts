/** The latency panel: a waterfall of the turns, with p50 and p95. */
import { html, nothing, svg, type TemplateResult } from "lit";
import {
  latencyStages,
  percentile,
  type LatencyStage,
  type LatencyState,
  type TurnLatency,
} from "./turn-latency.ts";

const stageLabels: Readonly<Record<LatencyStage, string>> = {
  understood: "Understood",
  firstEvent: "First event",
  firstAudio: "First audio",
  firstSound: "First sound",
};

/** Newest first. */
const maxShownTurns = 50;

export function renderLatency({ turns }: LatencyState): TemplateResult {
  if (turns.length === 0)
    return html`<p class="empty">
      No turn yet. Each shows here how long it took from the end of your words to the first sound of
      the answer.
    </p>`;
  const shown = turns.slice(-maxShownTurns).toReversed();
  // The axis fits all but the slowest, so that one outlier does not flatten the others.
  const scale = Math.max(500, ...shown.slice(0, 20).map(endOf));
  return html`
    <div class="padded">
      ${renderSummary(turns)}
      <ul class="legend" aria-label="Stages">
        ${latencyStages.map((stage) => html`<li><i class=${stage}></i>${stageLabels[stage]}</li>`)}
        <li><i class="tool"></i>Tool</li>
      </ul>
      <ol class="turns" aria-label="Turns, newest first">
        ${shown.map((turn) => renderTurn(turn, scale))}
      </ol>
      <p class="hint">
        From the last loud audio that this page sent, or the typed text. “First sound” is what the
        loudspeaker reported.
      </p>
    </div>
  `;
}

const renderSummary = (turns: readonly TurnLatency[]): TemplateResult => html`
  <table>
    <caption>
      ${turns.length} ${turns.length === 1 ? "turn" : "turns"}, in ms
    </caption>
    <thead>
      <tr>
        <th scope="col">To</th>
        <th scope="col">p50</th>
        <th scope="col">p95</th>
        <th scope="col">Last</th>
      </tr>
    </thead>
    <tbody>
      ${latencyStages.map(
        (stage) =>
          html`<tr data-stage=${stage}>
            <th scope="row">${stageLabels[stage]}</th>
            <td>${formatMs(percentile(turns, stage, 0.5))}</td>
            <td>${formatMs(percentile(turns, stage, 0.95))}</td>
            <td>${formatMs(turns.at(-1)?.[stage])}</td>
          </tr>`,
      )}
    </tbody>
  </table>
`;

const renderTurn = (turn: TurnLatency, scale: number): TemplateResult => html`
  <li>
    <p>
      <strong>${turn.number}</strong> ${turn.input === "typed" ? "typed" : "spoken"}
      ${turn.interrupted ? html`<em>interrupted</em>` : nothing}
      <span>${describeTurn(turn)}</span>
    </p>
    <svg viewBox="0 0 1000 24" preserveAspectRatio="none" aria-hidden="true">
      ${segmentsOf(turn).map(
        ({ stage, from, to }) =>
          svg`<rect class=${stage} x=${x(from, scale)} y="0" width=${width(from, to, scale)} height="14" />`,
      )}
      ${turn.tools.map(
        ({ from, to = from }) =>
          svg`<rect class="tool" x=${x(from, scale)} y="17" width=${width(from, to, scale)} height="6" />`,
      )}
    </svg>
  </li>
`;

interface Segment {
  readonly stage: LatencyStage;
  readonly from: number;
  readonly to: number;
}

/** Each stage from the end of the latest before it. Stages may come in another order: audio before the transcript. */
function segmentsOf(turn: TurnLatency): Segment[] {
  const reached = latencyStages
    .flatMap((stage) => ({ stage, to: turn[stage] ?? -1 }))
    .filter(({ to }) => to >= 0)
    .toSorted((a, b) => a.to - b.to);
  return reached.map(({ stage, to }, at) => ({ stage, from: reached[at - 1]?.to ?? 0, to }));
}

const endOf = (turn: TurnLatency): number =>
  Math.max(...segmentsOf(turn).map(({ to }) => to), ...turn.tools.map(({ to = 0 }) => to), 0);

const x = (ms: number, scale: number): number => Math.min(1_000, (ms / scale) * 1_000);
const width = (from: number, to: number, scale: number): number =>
  Math.max(4, x(to, scale) - x(from, scale));

function describeTurn(turn: TurnLatency): string {
  const stages = latencyStages.flatMap((stage) => {
    const ms = turn[stage];
    return ms === undefined ? [] : `${stageLabels[stage].toLowerCase()} ${formatMs(ms)}`;
  });
  const tools = turn.tools.map(
    ({ name, from, to }) => `${name} ${to === undefined ? "running" : formatMs(to - from)}`,
  );
  return [...stages, ...tools].join(" · ");
}

const formatMs = (ms: number | undefined): string =>
  ms === undefined ? "–" : Math.round(ms).toLocaleString("en");
