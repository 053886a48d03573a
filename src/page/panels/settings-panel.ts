/** The settings panel: appearance, and the session's voice, language and instruction where the agent's author allows them. */
import { html, nothing, type TemplateResult } from "lit";
import { ifDefined } from "lit/directives/if-defined.js";
import type { SessionSettings } from "../../../packages/client/src/index.ts";
import { prebuiltVoices } from "../../wire/voices.ts";
import { languageChoices, strings, type Language } from "../language/strings.ts";
import { captionSizes, themes, type PageSettings } from "../settings.ts";

export interface SettingsProps {
  readonly settings: PageSettings;
  readonly session: SessionSettings;
  /** Names of the settings that the agent's author lets clients choose. */
  readonly allowed: readonly string[];
  /** The agent's own voice. */
  readonly voice: string | undefined;
  readonly isOperator: boolean;
  readonly changeAppearance: (
    change: Partial<Pick<PageSettings, "language" | "theme" | "captionSize">>,
  ) => void;
  readonly applySession: (session: SessionSettings) => void;
  readonly showShortcuts: () => void;
}

export const renderSettings = (props: SettingsProps, devices: TemplateResult): TemplateResult =>
  html`<div class="padded">
    ${renderSession(props)} ${devices} ${renderAppearance(props)}
    <section>
      <button class="secondary" aria-keyshortcuts="?" @click=${props.showShortcuts}>
        ${strings().dialogs.shortcuts} <kbd>?</kbd>
      </button>
    </section>
  </div>`;

/** Each in its own words, so that its readers find it. */
const languageNames: Readonly<Record<Language, string>> = { en: "English", "zh-Hant": "繁體中文" };

const renderAppearance = ({ settings, changeAppearance }: SettingsProps): TemplateResult => {
  const texts = strings().settings;
  return html`
    <section aria-labelledby="appearance">
      <h3 id="appearance">${texts.appearance}</h3>
      ${renderRadios("page-language", texts.pageLanguage, languageChoices, settings.language, {
        labelOf: (language) =>
          language === "system" ? texts.systemLanguage : languageNames[language],
        languageOf: (language) => (language === "system" ? undefined : language),
        choose: (language) => changeAppearance({ language }),
      })}
      ${renderRadios("theme", texts.theme, themes, settings.theme, {
        labelOf: (theme) => texts.themes[theme],
        choose: (theme) => changeAppearance({ theme }),
      })}
      ${renderRadios("captions", texts.captions, captionSizes, settings.captionSize, {
        labelOf: (_, at) => texts.sizes[at] ?? "",
        choose: (captionSize) => changeAppearance({ captionSize }),
      })}
    </section>
  `;
};

function renderRadios<Value extends string | number>(
  name: string,
  title: string,
  values: readonly Value[],
  chosen: NoInfer<Value> | number,
  actions: {
    readonly labelOf: (value: Value, at: number) => string;
    /** Of the label, if it is not the page's. */
    readonly languageOf?: (value: Value) => string | undefined;
    readonly choose: (value: Value) => void;
  },
): TemplateResult {
  return html`<fieldset class="choice">
    <legend>${title}</legend>
    ${values.map(
      (value, at) =>
        html`<label
          ><input
            type="radio"
            name=${name}
            .checked=${value === chosen}
            @change=${() => actions.choose(value)}
          /><span lang=${ifDefined(actions.languageOf?.(value))}
            >${actions.labelOf(value, at)}</span
          ></label
        >`,
    )}
  </fieldset>`;
}

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
  const texts = strings().settings;
  return html`
    <section aria-labelledby="session">
      <h3 id="session">${texts.session}</h3>
      <form
        @submit=${(event: SubmitEvent) => {
          event.preventDefault();
          applySession(readForm(event.currentTarget as HTMLFormElement));
        }}
      >
        ${allowed.length === 0 ? html`<p class="hint">${texts.nothingAllowed}</p>` : nothing}
        ${renderChoices(props)}
        <button class="primary">${texts.apply}</button>
        <p class="hint">${texts.applyHint}</p>
      </form>
    </section>
  `;
};

const voices = prebuiltVoices.map((name) => [name, name] as const);

function renderChoices({ session, allowed, voice, isOperator }: SettingsProps): TemplateResult {
  const texts = strings().settings;
  const ownVoice = voice ? texts.ownVoiceNamed(voice) : texts.ownVoice;
  return html`
    ${allowed.includes("voice") ? renderMenu("voice", texts.voice, session.voice, ownVoice, voices) : nothing}
    ${
      allowed.includes("language")
        ? renderMenu("language", texts.language, session.language, texts.spokenLanguage, languages)
        : nothing
    }
    ${allowed.includes("instruction") ? renderInstruction(session, isOperator) : nothing}
    <label class="switch"
      ><input type="checkbox" name="proactivity" .checked=${session.proactivity === true} />
      <span>${texts.proactivity} <small>${texts.proactivityHint}</small></span></label
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
          html`<option
            value=${value}
            lang=${name === "language" ? value : "en"}
            ?selected=${value === chosen}
          >
            ${label}
          </option>`,
      )}
    </select></label
  >
`;

const renderInstruction = (
  { instruction = "" }: SessionSettings,
  isOperator: boolean,
): TemplateResult => html`
  <label class="field"
    ><span>${strings().settings.instruction}</span>
    <textarea
      name="instruction"
      rows="3"
      maxlength="2000"
      ?disabled=${!isOperator}
      .value=${instruction}
    ></textarea>
  </label>
  ${isOperator ? nothing : html`<p class="hint">${strings().settings.operatorsOnly}</p>`}
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
