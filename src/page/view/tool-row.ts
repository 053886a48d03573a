/** A tool call in the transcript: one line in words, which opens to the arguments and the result. */
import { html, nothing, type TemplateResult } from "lit";
import type { ToolCall, ToolCallState } from "../../../packages/client/src/index.ts";

const titles: Record<ToolCallState, (name: string) => string> = {
  running: (name) => `Using ${name}`,
  waiting: (name) => `${capitalise(name)} waits for approval`,
  done: (name) => `Used ${name}`,
  failed: (name) => `${capitalise(name)} failed`,
};

export const describeCall = ({ name, state }: ToolCall): string =>
  titles[state](name.replaceAll("_", " "));

/** Closed until the person opens it: people who just talk see one line. */
export const renderToolRow = (call: ToolCall): TemplateResult => html`
  <details class="call" data-call=${call.state}>
    <summary><span class="text">${describeCall(call)}</span>${renderDuration(call)}</summary>
    ${renderValue("Arguments", call.args)}
    ${call.response === undefined ? nothing : renderValue("Result", call.response)}
  </details>
`;

const renderDuration = ({ durationMs }: ToolCall): TemplateResult | typeof nothing =>
  durationMs === undefined ? nothing : html` <small>${formatDuration(durationMs)}</small>`;

const formatDuration = (ms: number): string =>
  ms < 100 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`;

const renderValue = (title: string, value: string): TemplateResult => html`
  <div class="value">
    <span>${title}</span>
    <pre tabindex="0" aria-label=${title}>${value}</pre>
  </div>
`;

const capitalise = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
