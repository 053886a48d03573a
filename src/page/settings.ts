/** The user's settings of the page: kept in browser storage, for all conversations; those of a session for each agent. */
import {
  turnTakings,
  type AudioProcessing,
  type DeviceChoice,
  type SessionSettings,
  type TurnTaking,
} from "../../packages/client/src/index.ts";
import type { KeyValueStorage } from "./identity.ts";
import {
  languageChoices,
  languageFor,
  setLanguage,
  type LanguageChoice,
} from "./language/strings.ts";

export const themes = ["system", "light", "dark"] as const;

type Theme = (typeof themes)[number];

/** The size of the captions, as a factor. */
export const captionSizes = [0.85, 1, 1.25, 1.6] as const;

export interface PageSettings {
  readonly language: LanguageChoice;
  readonly theme: Theme;
  readonly captionSize: number;
  readonly devices: DeviceChoice;
  /** What differs from the client's defaults. */
  readonly processing: Partial<AudioProcessing>;
  readonly turnTaking: TurnTaking;
  /** By the agent's name. */
  readonly sessions: Readonly<Record<string, SessionSettings>>;
}

const storageKey = "parley.settings";

export function loadSettings(storage: KeyValueStorage): PageSettings {
  const { language, theme, captionSize, devices, processing, turnTaking, sessions } =
    parse(storage);
  return {
    language: languageChoices.find((name) => name === language) ?? "system",
    theme: themes.find((name) => name === theme) ?? "system",
    captionSize: captionSizes.find((size) => size === captionSize) ?? 1,
    devices: objectOr(devices),
    processing: objectOr(processing),
    turnTaking: turnTakings.find((name) => name === turnTaking) ?? "automatic",
    sessions: objectOr(sessions) as PageSettings["sessions"],
  };
}

export function saveSettings(storage: KeyValueStorage, settings: PageSettings): void {
  try {
    storage.setItem(storageKey, JSON.stringify(settings));
  } catch {
    // Private window: the settings last as long as the page.
  }
}

/** Shows the document in the chosen theme and size. Its style sheet knows the attribute and the property. */
export function applyAppearance({ theme, captionSize }: PageSettings, document: Document): void {
  const root = document.documentElement;
  if (theme === "system") delete root.dataset["theme"];
  else root.dataset["theme"] = theme;
  root.style.setProperty("--caption-scale", `${captionSize}`);
}

/** @returns false if the language cannot be loaded: the page then keeps the one that it has. */
export async function applyLanguage(
  { language }: PageSettings,
  document: Document,
): Promise<boolean> {
  try {
    await setLanguage(languageFor(language, navigator.languages), document);
    return true;
  } catch {
    return false;
  }
}

/**
 * The settings that the server takes for the agent: an author may have withdrawn one since it was stored, and the server
 * refuses a client with it.
 * @param allowed names of settings.
 */
export function allowedSession(
  session: SessionSettings,
  allowed: readonly string[],
): SessionSettings {
  const { voice, language, instruction, proactivity } = session;
  return {
    ...(voice && allowed.includes("voice") && { voice }),
    ...(language && allowed.includes("language") && { language }),
    ...(instruction && allowed.includes("instruction") && { instruction }),
    ...(proactivity && { proactivity }),
  };
}

/** The server refuses an instruction of a client that is no operator, such as of the same user by another link. */
export function sentSession(session: SessionSettings, isOperator: boolean): SessionSettings {
  const { instruction: _, ...rest } = session;
  return isOperator ? session : rest;
}

/** The page's own value: a stored object is taken as it is. */
const objectOr = (value: unknown): object =>
  typeof value === "object" && value !== null ? value : {};

function parse(storage: KeyValueStorage): Partial<Record<keyof PageSettings, unknown>> {
  try {
    return Object(JSON.parse(storage.getItem(storageKey) ?? "{}")) as object;
  } catch {
    return {};
  }
}
