/** The notice, an overlay on the transcript: showing it must not move the layout. */
import { html, type TemplateResult } from "lit";
import { closeIcon } from "./icons.ts";

/** The live region exists before the first message: screen readers do not announce the first content of a new region. */
export const renderNotice = (
  message: string | undefined,
  dismiss: () => void,
): TemplateResult => html`
  <div class="notice" role="alert" ?hidden=${!message}>
    <p>${message}</p>
    <button aria-label="Dismiss" @click=${dismiss}>${closeIcon}</button>
  </div>
`;
