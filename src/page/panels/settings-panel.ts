/** The settings panel: appearance, and the session's voice, language and instruction where the agent's author allows them. */
import { html, nothing, type TemplateResult } from "lit";
import type { SessionSettings } from "../../../packages/client/src/index.ts";
import { prebuiltVoices } from "../../wire/voices.ts";
import { captionSizes, themes, type PageSettings, type Theme } from "../settings.ts";

export interface SettingsProps {
  readonly settings: PageSettings;
  readonly session: SessionSettings;
  /** Names of the settings that the agent's author lets clients choose. */
  readonly allowed: readonly string[];
  /** The agent's own voice. */
  readonly voice: string | undefined;
  readonly isOperator: boolean;
  readonly changeAppearance: (change: Partial<Pick<PageSettings, "theme" | "captionSize">>) => void;
  readonly applySession: (session: SessionSettings) => void;
}

export const renderSettings = (props: SettingsProps, devices: TemplateResult): TemplateResult =>
  html`<div class="padded">${renderSession(props)} ${devices} ${renderAppearance(props)}</div>`;

const themeLabels: Readonly<Record<Theme, string>> = {
  system: "As the system",
  light: "Light",
  dark: "Dark",
};

const sizeLabels = ["Small", "Normal", "Large", "Largest"] as const;

const renderAppearance = ({ settings, changeAppearance }: SettingsProps): TemplateResult => html`
  <section aria-labelledby="appearance">
    <h3 id="appearance">Appearance</h3>
    <fieldset class="choice">
      <legend>Theme</legend>
      ${themes.map(
        (theme) =>
          html`<label
            ><input
              type="radio"
              name="theme"
              .checked=${settings.theme === theme}
              @change=${() => changeAppearance({ theme })}
            /><span>${themeLabels[theme]}</span></label
          >`,
      )}
    </fieldset>
    <fieldset class="choice">
      <legend>Captions</legend>
      ${captionSizes.map(
        (captionSize, at) =>
          html`<label
            ><input
              type="radio"
              name="captions"
              .checked=${settings.captionSize === captionSize}
              @change=${() => changeAppearance({ captionSize })}
            /><span>${sizeLabels[at]}</span></label
          >`,
      )}
    </fieldset>
  </section>
`;

/** The languages that a menu offers; the server takes any code. Each in its own words. */
const languages = [
  ["en", "English"],
  ["zh-TW", "繁體中文"],
  ["zh-CN", "简体中文"],
  ["ja", "日本語"],
  ["ko", "한국어"],
  ["de", "Deutsch"],
  ["es", "Español"],
  ["fr", "Français"],
  ["hi", "हिन्दी"],
  ["it", "Italiano"],
  ["pt-BR", "Português"],
  ["vi", "Tiếng Việt"],
] as const;

const renderSession = (props: SettingsProps): TemplateResult => {
  const { allowed, applySession } = props;
  return html`
    <section aria-labelledby="session">
      <h3 id="session">The agent in this session</h3>
      <form
        @submit=${(event: SubmitEvent) => {
          event.preventDefault();
          applySession(readForm(event.currentTarget as HTMLFormElement));
        }}
      >
        ${renderChoices(props)}
        <button class="primary">Apply</button>
        <p class="hint">
          A session cannot change its voice: applying opens a new one, and the agent remembers the
          conversation. While others are here, it waits until they have left.
        </p>
        ${
          allowed.length === 0
            ? html`<p class="hint">
                The author of this agent lets no user choose its voice or language.
              </p>`
            : nothing
        }
      </form>
    </section>
  `;
};

const voices = prebuiltVoices.map((name) => [name, name] as const);

function renderChoices({ session, allowed, voice, isOperator }: SettingsProps): TemplateResult {
  const ownVoice = `The agent’s own${voice ? ` (${voice})` : ""}`;
  return html`
    ${allowed.includes("voice") ? renderMenu("voice", "Voice", session.voice, ownVoice, voices) : nothing}
    ${
      allowed.includes("language")
        ? renderMenu("language", "Language", session.language, "The one you speak", languages)
        : nothing
    }
    ${allowed.includes("instruction") ? renderInstruction(session, isOperator) : nothing}
    <label class="switch"
      ><input type="checkbox" name="proactivity" .checked=${session.proactivity === true} />
      <span
        >The agent may stay silent when it is not spoken to
        <small>where its model has the choice</small></span
      ></label
    >
  `;
}

const renderMenu = (
  name: string,
  label: string,
  chosen: string | undefined,
  byDefault: string,
  options: readonly (readonly [value: string, label: string])[],
): TemplateResult => html`
  <label class="field"
    ><span>${label}</span>
    <select name=${name}>
      <option value="" ?selected=${!chosen}>${byDefault}</option>
      ${options.map(
        ([value, label]) =>
          html`<option value=${value} ?selected=${value === chosen}>${label}</option>`,
      )}
    </select></label
  >
`;

const renderInstruction = (
  { instruction = "" }: SessionSettings,
  isOperator: boolean,
): TemplateResult => html`
  <label class="field"
    ><span>Instruction, behind the author’s</span>
    <textarea
      name="instruction"
      rows="3"
      maxlength="2000"
      ?disabled=${!isOperator}
      .value=${instruction}
    ></textarea>
  </label>
  ${isOperator ? nothing : html`<p class="hint">Only operators may give one.</p>`}
`;

function readForm(form: HTMLFormElement): SessionSettings {
  const data = new FormData(form);
  const text = (name: string): string => {
    const value = data.get(name);
    return typeof value === "string" ? value.trim() : "";
  };
  const [voice, language, instruction] = ["voice", "language", "instruction"].map(text);
  return {
    ...(voice && { voice }),
    ...(language && { language }),
    ...(instruction && { instruction }),
    ...(data.has("proactivity") && { proactivity: true }),
  };
}
