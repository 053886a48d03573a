/** The empty transcript: a greeting, the agent's description and its suggestions. */
import { html, nothing, type TemplateResult } from "lit";
import type { Phase } from "./phase.ts";
import { strings } from "../language/strings.ts";

interface WelcomeProps {
  readonly phase: Phase;
  /** This page may not speak. */
  readonly listenOnly: boolean;
  readonly description: string | undefined;
  readonly suggestions: readonly string[];
  readonly send: (text: string) => void;
}

/** The headline invites to speak, and gives way to a listener and where the microphone cannot be heard. Its room stays, so that nothing moves. */
export const renderWelcome = (props: WelcomeProps): TemplateResult => {
  const { phase, listenOnly, description, suggestions, send } = props;
  const texts = strings().welcome;
  return html`
    <div class="welcome">
      <h2 ?hidden=${!inviting.has(phase) && !listenOnly}>
        ${listenOnly ? texts.listen : texts.speak}
      </h2>
      <p>
        <span class="description">${description ?? texts.description}</span>
        <span class="talk-like"> ${listenOnly ? texts.wordsAppear : texts.interrupt} </span>
      </p>
      ${
        suggestions.length > 0 && !listenOnly
          ? html`<ul aria-label=${texts.suggestions}>
              ${suggestions.map(
                (text) => html`<li><button @click=${() => send(text)}>${text}</button></li>`,
              )}
            </ul>`
          : nothing
      }
    </div>
  `;
};

const inviting: ReadonlySet<Phase> = new Set(["idle", "listening", "connected"]);
