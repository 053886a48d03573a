/** The empty transcript: a greeting and the suggestions of the agent. */
import { html, nothing, type TemplateResult } from "lit";

export const renderWelcome = (
  suggestions: readonly string[],
  send: (text: string) => void,
): TemplateResult => html`
  <div class="welcome">
    <h2>Say something.</h2>
    <p>Talk as you would to a person. Interrupt whenever you like.</p>
    ${
      suggestions.length > 0
        ? html`<ul aria-label="Suggestions">
            ${suggestions.map(
              (text) => html`<li><button @click=${() => send(text)}>${text}</button></li>`,
            )}
          </ul>`
        : nothing
    }
  </div>
`;
