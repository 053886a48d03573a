/** The cost panel: tokens, money and time, of each turn and of the conversation. */
import { html, nothing, type TemplateResult } from "lit";
import type { ListPrices } from "../../../packages/client/src/index.ts";
import { priceOf, sumOf, type TokenCounts, type TokenPrices } from "../../wire/receipt.ts";
import { noTokens, type BudgetWarning, type UsageState } from "./token-usage.ts";

interface CostProps {
  readonly usage: UsageState;
  /** Ms that the page was connected to the conversation. */
  readonly connectedMs: number;
  readonly model: string | undefined;
  /** Undefined if the server publishes none for the model. */
  readonly prices: ListPrices | undefined;
}

const maxShownTurns = 50;

export const renderCost = ({
  usage,
  connectedMs,
  model,
  prices,
}: CostProps): TemplateResult => html`
  <div class="padded">
    ${usage.budget ? renderBudget(usage.budget) : nothing}
    <dl class="figures">
      <div>
        <dt>Cost</dt>
        <dd>${prices ? formatUsd(priceOf(usage.total, prices)) : "unknown"}</dd>
      </div>
      <div>
        <dt>Tokens</dt>
        <dd>${formatCount(sumOf(usage.total))}</dd>
      </div>
      <div>
        <dt>Connected</dt>
        <dd>${formatDuration(connectedMs)}</dd>
      </div>
    </dl>
    <p class="hint">${describePrices(model, prices)}</p>
    ${
      usage.incomplete
        ? html`<p class="hint">
            The conversation is long: only its newest events are counted here.
          </p>`
        : nothing
    }
    ${renderModalities(usage.total, prices)} ${renderTurns(usage, prices)}
  </div>
`;

const describePrices = (model: string | undefined, prices: ListPrices | undefined): string =>
  prices
    ? `At the list prices of ${prices.asOf} for ${model} (${prices.source}). Your contract may differ.`
    : `The server knows no price for ${model ?? "this model"}: tokens are counted, money is not.`;

const scopes = {
  conversation: "this conversation’s budget",
  day: "today’s budget",
  token: "your token’s budget",
} as const;

const limits = { usd: "money", minutes: "minutes", tokens: "tokens" } as const;

const renderBudget = ({ scope, of, used }: BudgetWarning): TemplateResult => html`
  <p class="warning" role="status">
    ${Math.round(used * 100)} % of ${scopes[scope]} is used (${limits[of]}). When all of it is, the
    agent says goodbye.
  </p>
`;

interface Modality {
  readonly label: string;
  readonly count: keyof TokenCounts;
}

const modalities: readonly Modality[] = [
  { label: "Audio in", count: "audioIn" },
  { label: "Text in", count: "textIn" },
  { label: "Pictures in", count: "imageIn" },
  { label: "Other in", count: "otherIn" },
  { label: "Audio out", count: "audioOut" },
  { label: "Text out", count: "textOut" },
  { label: "Other out", count: "otherOut" },
  { label: "Not itemised", count: "other" },
];

const renderModalities = (
  total: TokenCounts,
  prices: TokenPrices | undefined,
): TemplateResult => html`
  <table>
    <caption>
      By modality
    </caption>
    <thead>
      <tr>
        <th scope="col">Kind</th>
        <th scope="col">Tokens</th>
        <th scope="col">Cost</th>
      </tr>
    </thead>
    <tbody>
      ${modalities
        .filter(({ count }) => total[count] > 0 || count === "audioIn" || count === "audioOut")
        .map(
          ({ label, count }) =>
            html`<tr>
              <th scope="row">${label}</th>
              <td>${formatCount(total[count])}</td>
              <td>${formatCost({ ...noTokens, [count]: total[count] }, prices)}</td>
            </tr>`,
        )}
    </tbody>
  </table>
`;

const renderTurns = (
  { turns }: UsageState,
  prices: TokenPrices | undefined,
): TemplateResult | typeof nothing =>
  turns.length === 0
    ? nothing
    : html`<table>
        <caption>
          By turn, newest first
        </caption>
        <thead>
          <tr>
            <th scope="col">Turn</th>
            <th scope="col">In</th>
            <th scope="col">Out</th>
            <th scope="col">Cost</th>
          </tr>
        </thead>
        <tbody>
          ${turns
            .slice(-maxShownTurns)
            .toReversed()
            .map(
              ({ number, counts }) =>
                html`<tr>
                  <th scope="row">${number}</th>
                  <td>${formatCount(inputOf(counts))}</td>
                  <td>${formatCount(sumOf(counts) - inputOf(counts))}</td>
                  <td>${formatCost(counts, prices)}</td>
                </tr>`,
            )}
        </tbody>
      </table>`;

const inputOf = ({ audioIn, textIn, imageIn, otherIn }: TokenCounts): number =>
  audioIn + textIn + imageIn + otherIn;

const formatCost = (counts: TokenCounts, prices: TokenPrices | undefined): string =>
  prices ? formatUsd(priceOf(counts, prices)) : "–";

const formatCount = (count: number): string => count.toLocaleString("en");

/** Four digits after the point: a turn costs fractions of a cent. */
const formatUsd = (usd: number): string =>
  `$${usd.toLocaleString("en", { minimumFractionDigits: 4, maximumFractionDigits: 4 })}`;

/** `1:02:03` or `2:03`. */
export function formatDuration(ms: number): string {
  const seconds = Math.floor(ms / 1_000);
  const parts = [Math.floor(seconds / 60) % 60, seconds % 60].map((part) =>
    `${part}`.padStart(2, "0"),
  );
  const hours = Math.floor(seconds / 3_600);
  const text = [...(hours > 0 ? [`${hours}`] : []), ...parts].join(":");
  return hours > 0 ? text : text.replace(/^0/, "");
}
