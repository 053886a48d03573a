/** The empty transcript: a greeting, the agent's description and its suggestions. */
import { html, nothing, type TemplateResult } from "lit";
import { ifDefined } from "lit/directives/if-defined.js";
import type { Phase } from "./phase.ts";
import { strings } from "../language/strings.ts";
import { languageOf } from "./language-of.ts";

interface WelcomeProps {
  readonly phase: Phase;
  /** This page may not speak. */
  readonly listenOnly: boolean;
  /** A notice says why nothing is connected. */
  readonly isRefused: boolean;
  /** The microphone stays closed. */
  readonly typesOnly: boolean;
  readonly description: string | undefined;
  readonly suggestions: readonly string[];
  readonly send: (text: string) => void;
}

/** The headline invites to speak, but not a listener, after a refusal, or where the microphone cannot be heard. Its room stays, so that nothing moves. */
export const renderWelcome = (props: WelcomeProps): TemplateResult => {
  const { phase, listenOnly, typesOnly, isRefused, description, suggestions, send } = props;
  const invites = inviting.has(phase) && !isRefused;
  // Connected without a microphone: it is not allowed, or the person wrote first.
  const writes = typesOnly || phase === "connected";
  const texts = strings().welcome;
  return html`
    <div class="welcome">
      <h2 ?hidden=${!invites && !listenOnly}>
        ${listenOnly ? texts.listen : writes ? texts.write : texts.speak}
      </h2>
      <p>
        <span class="description" lang=${ifDefined(languageOf(description ?? ""))}
          >${description ?? texts.description}</span
        >
        <span class="talk-like">
          ${listenOnly ? texts.wordsAppear : typesOnly ? nothing : texts.interrupt}
        </span>
      </p>
      ${
        suggestions.length > 0 && !listenOnly
          ? html`<ul aria-label=${texts.suggestions}>
              ${suggestions.map(
                (text) =>
                  html`<li>
                    <button lang=${ifDefined(languageOf(text))} @click=${() => send(text)}>
                      ${text}
                    </button>
                  </li>`,
              )}
            </ul>`
          : nothing
      }
    </div>
  `;
};

const inviting: ReadonlySet<Phase> = new Set(["idle", "listening", "connected"]);
