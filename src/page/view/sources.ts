/** The sources beneath an answer. They come from elsewhere: only text and links without an opener are rendered. */
import { html, nothing, type TemplateResult } from "lit";
import { ifDefined } from "lit/directives/if-defined.js";
import type { Source } from "../../../packages/client/src/index.ts";
import { strings } from "../language/strings.ts";
import { languageOf } from "./language-of.ts";

export function renderSources(sources: readonly Source[] = []): TemplateResult | typeof nothing {
  if (sources.length === 0) return nothing;
  const code = sources.filter((source) => source.kind === "code" || source.kind === "output");
  const links = sources.filter((source) => source.kind === "page" || source.kind === "search");
  return html`<div class="sources">
    ${links.length > 0 ? html`<span>${strings().transcript.sources}</span>${links.map(renderLink)}` : nothing}
    ${
      code.length > 0
        ? html`<details>
            <summary>${strings().transcript.code}</summary>
            ${code.map(({ text }) => html`<pre translate="no">${text}</pre>`)}
          </details>`
        : nothing
    }
  </div>`;
}

const renderLink = (source: Extract<Source, { kind: "page" | "search" }>): TemplateResult =>
  source.kind === "page"
    ? html`<a
        lang=${ifDefined(languageOf(source.title))}
        href=${source.url}
        target="_blank"
        rel="noopener noreferrer"
        >${source.title}</a
      >`
    : html`<q lang=${ifDefined(languageOf(source.text))}>${source.text}</q>`;
