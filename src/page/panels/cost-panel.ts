/** The cost panel: tokens, money and time, of each turn and of the conversation. */
import { html, nothing, type TemplateResult } from "lit";
import type { ListPrices } from "../../../packages/client/src/index.ts";
import {
  noTokens,
  priceOf,
  sumOf,
  type TokenCounts,
  type TokenPrices,
} from "../../wire/receipt.ts";
import type { BudgetWarning, UsageState } from "./token-usage.ts";
import { strings } from "../language/strings.ts";

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
        <dt>${strings().cost.cost}</dt>
        <dd>${prices ? formatUsd(priceOf(usage.total, prices)) : strings().cost.unknown}</dd>
      </div>
      <div>
        <dt>${strings().cost.tokens}</dt>
        <dd>${formatCount(sumOf(usage.total))}</dd>
      </div>
      <div>
        <dt>${strings().cost.connected}</dt>
        <dd>${formatDuration(connectedMs)}</dd>
      </div>
    </dl>
    <p class="hint">${describePrices(model, prices)}</p>
    ${usage.incomplete ? html`<p class="hint">${strings().cost.incomplete}</p>` : nothing}
    ${
      sumOf(usage.total) === 0
        ? html`<p class="empty">${strings().cost.none}</p>`
        : html`${renderModalities(usage.total, prices)} ${renderTurns(usage, prices)}`
    }
  </div>
`;

const describePrices = (model: string | undefined, prices: ListPrices | undefined): string =>
  prices
    ? strings().cost.prices(prices.asOf, `${model}`, prices.source)
    : strings().cost.noPrice(model ?? strings().cost.thisModel);

const renderBudget = ({ scope, of, used }: BudgetWarning): TemplateResult => {
  const texts = strings().cost;
  const percentage = Math.round(used * 100);
  return html`<p class="warning" role="status">
    ${texts.budget(percentage, texts.scopes[scope], texts.limits[of])}
  </p>`;
};

const modalities: readonly (keyof TokenCounts)[] = [
  "audioIn",
  "textIn",
  "imageIn",
  "otherIn",
  "audioOut",
  "textOut",
  "otherOut",
  "other",
];

const renderModalities = (
  total: TokenCounts,
  prices: TokenPrices | undefined,
): TemplateResult => html`
  <table>
    <caption>
      ${strings().cost.byModality}
    </caption>
    <thead>
      <tr>
        <th scope="col">${strings().cost.kind}</th>
        <th scope="col">${strings().cost.tokens}</th>
        <th scope="col">${strings().cost.cost}</th>
      </tr>
    </thead>
    <tbody>
      ${modalities
        .filter((count) => total[count] > 0 || count === "audioIn" || count === "audioOut")
        .map(
          (count) =>
            html`<tr>
              <th scope="row">${strings().cost.modalities[count]}</th>
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
          ${strings().cost.byTurn}
        </caption>
        <thead>
          <tr>
            <th scope="col">${strings().cost.turn}</th>
            <th scope="col">${strings().cost.in}</th>
            <th scope="col">${strings().cost.out}</th>
            <th scope="col">${strings().cost.cost}</th>
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
