/** What went wrong, in words, over the transcript so that nothing moves. */
import { html, type TemplateResult } from "lit";
import { closeIcon } from "./icons.ts";

/** The live region is there before the words are: else screen readers miss the first. */
export const renderNotice = (
  words: string | undefined,
  dismiss: () => void,
): TemplateResult => html`
  <div class="notice" role="alert" ?hidden=${!words}>
    <p>${words}</p>
    <button aria-label="Dismiss" @click=${dismiss}>${closeIcon}</button>
  </div>
`;
