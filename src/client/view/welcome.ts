/** What an empty page says: what one could begin with. */
import { html, nothing, type TemplateResult } from "lit";

/** @param suggestions the agent's own, in its author's words. */
export const renderWelcome = (
  suggestions: readonly string[],
  say: (text: string) => void,
): TemplateResult => html`
  <div class="welcome">
    <h2>Say something.</h2>
    <p>Talk as you would to a person. Interrupt whenever you like.</p>
    ${
      suggestions.length > 0
        ? html`<ul aria-label="Suggestions">
            ${suggestions.map(
              (text) => html`<li><button @click=${() => say(text)}>${text}</button></li>`,
            )}
          </ul>`
        : nothing
    }
  </div>
`;
