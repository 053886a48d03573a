/** The list of what an answer rests on. What it says came from elsewhere: it is text, and links leave nothing behind. */
import { html, nothing, type TemplateResult } from "lit";

export type SourceItem =
  | { readonly kind: "page"; readonly title: string; readonly url: string }
  | { readonly kind: "search" | "code" | "output"; readonly text: string };

export function renderSources(
  sources: readonly SourceItem[] = [],
): TemplateResult | typeof nothing {
  if (sources.length === 0) return nothing;
  const code = sources.filter(({ kind }) => kind === "code" || kind === "output");
  const rest = sources.filter(({ kind }) => kind === "page" || kind === "search");
  return html`<div class="sources">
    ${rest.length > 0 ? html`<span>Sources</span>${rest.map(renderSource)}` : nothing}
    ${
      code.length > 0
        ? html`<details>
            <summary>Code that was run</summary>
            ${code.map((each) => (each.kind === "page" ? nothing : html`<pre>${each.text}</pre>`))}
          </details>`
        : nothing
    }
  </div>`;
}

const renderSource = (shown: SourceItem): TemplateResult =>
  shown.kind === "page"
    ? html`<a href=${shown.url} target="_blank" rel="noopener noreferrer">${shown.title}</a>`
    : html`<q>${shown.text}</q>`;
