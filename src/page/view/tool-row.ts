/** A tool call in the transcript: one line in words, which opens to the arguments and the result. */
import { html, nothing, type TemplateResult } from "lit";
import type { ToolCall } from "../../../packages/client/src/index.ts";
import { strings } from "../language/strings.ts";

export const describeCall = ({ name, state }: ToolCall): string =>
  strings().tools[state](name.replaceAll("_", " "));

/** Closed until the person opens it: people who just talk see one line. */
export const renderToolRow = (call: ToolCall): TemplateResult => html`
  <details class="call" data-call=${call.state}>
    <summary><span class="text">${describeCall(call)}</span>${renderDuration(call)}</summary>
    ${renderValue(strings().tools.arguments, call.args)}
    ${call.response === undefined ? nothing : renderValue(strings().tools.result, call.response)}
  </details>
`;

const renderDuration = ({ durationMs }: ToolCall): TemplateResult | typeof nothing =>
  durationMs === undefined ? nothing : html` <small>${formatDuration(durationMs)}</small>`;

const formatDuration = (ms: number): string =>
  ms < 100 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`;

const renderValue = (title: string, value: string): TemplateResult => html`
  <div class="value">
    <span>${title}</span>
    <pre tabindex="0" translate="no" aria-label=${title}>${value}</pre>
  </div>
`;
