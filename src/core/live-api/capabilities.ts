/**
 * Capabilities of each Live model, as data: the relay reads them here instead of comparing names.
 *
 * A field that a model forbids closes the session (1007), so the relay must not send it. A new model is a new row.
 */

import { prebuiltVoices } from "../../wire/voices.ts";
import { bareModelName } from "./models.ts";

export type Surface = "AI Studio" | "Vertex";

export interface Capabilities {
  readonly surfaces: readonly Surface[];
  /** Whether typed text reaches the model as a turn of its own or as realtime input. */
  readonly text: "clientContent" | "realtimeInput";
  /** The field of realtimeInput that carries microphone and camera. */
  readonly media: "audio and video" | "mediaChunks";
  /** Whether clientContent with turnComplete stops an answer under way. */
  readonly textInterrupts: boolean;
  /** Whether the user's transcript comes whole or in deltas. */
  readonly inputTranscript: "final" | "deltas";
  /** Whether it reports at once, unasked, when the user begins to speak (voiceActivity). */
  readonly announcesSpeech: boolean;
  /**
   * `thinkingConfig`: not accepted, or by one of these levels, by a budget in tokens, or by either, and never by both.
   * `required`: one of them must be set. A model that accepts none may think, and counts its thoughts, all the same.
   */
  readonly thinking:
    | "none"
    | {
        readonly levels: readonly ThinkingLevel[];
        readonly budget: boolean;
        readonly required: boolean;
      };
  /** The voices: Google's thirty prebuilt ones, or those of its voice library, too (such as `en-us-tavi`). */
  readonly voices: "prebuilt" | "library";
  /** `proactivity.proactiveAudio`: may be set, is always on and must not be set, or is refused. */
  readonly proactiveAudio: "optional" | "always" | "refused";
  /** `generationConfig.enableAffectiveDialog`. */
  readonly affectiveDialog: "optional" | "refused";
  /** The behavior of a function whose declaration has none. */
  readonly toolDefault: "BLOCKING" | "NON_BLOCKING";
  /** The behaviors that a declaration may have. */
  readonly toolBehaviors: readonly ToolBehavior[];
  /** Whether a function response may have a `scheduling` (INTERRUPT, WHEN_IDLE, SILENT). */
  readonly scheduling: boolean;
  /** Whether a function response may announce more (`willContinue`). */
  readonly continues: boolean;
  /** Whether a session can be resumed to the last message it consumed (`sessionResumption.transparent`). */
  readonly transparent: boolean;
  readonly googleSearch: boolean;
  readonly codeExecution: boolean;
  readonly urlContext: boolean;
  /** Whether instruction and tools may change in the middle of a session (contextUpdate). */
  readonly contextUpdate: boolean;
  /**
   * How a new session gets the history: as contents with true roles, or in the instruction, where contents must not end
   * with the model's turn and are lost at the first audio.
   */
  readonly history: "contents" | "instruction";
  /** The channel of a prompt of the server's own: a turn of text, or realtime text. */
  readonly nudge: "clientContent" | "realtimeInput";
  /** The end of an interaction: every turnComplete, or one whose interactionStatus is not IN_PROGRESS. */
  readonly idle: "turnComplete" | "interactionStatus";
}

export type ToolBehavior = "BLOCKING" | "NON_BLOCKING";
export type ThinkingLevel = "MINIMAL" | "LOW" | "MEDIUM" | "HIGH";

const gemini38Live: Capabilities = {
  surfaces: ["AI Studio", "Vertex"],
  text: "clientContent",
  media: "audio and video",
  textInterrupts: true,
  inputTranscript: "final",
  announcesSpeech: true,
  thinking: "none",
  voices: "library",
  proactiveAudio: "always",
  affectiveDialog: "refused",
  toolDefault: "NON_BLOCKING",
  toolBehaviors: ["BLOCKING", "NON_BLOCKING"],
  scheduling: true,
  continues: true,
  transparent: false,
  googleSearch: true,
  codeExecution: false,
  urlContext: false,
  contextUpdate: true,
  history: "contents",
  nudge: "clientContent",
  idle: "turnComplete",
};

const gemini31Live: Capabilities = {
  ...gemini38Live,
  surfaces: ["AI Studio"],
  text: "realtimeInput",
  textInterrupts: false,
  announcesSpeech: false,
  thinking: { levels: ["MINIMAL", "LOW", "MEDIUM", "HIGH"], budget: false, required: false },
  voices: "prebuilt",
  proactiveAudio: "refused",
  toolDefault: "BLOCKING",
  toolBehaviors: ["BLOCKING"],
  scheduling: false,
  contextUpdate: false,
  nudge: "realtimeInput",
};

const gemini25NativeAudio: Capabilities = {
  ...gemini38Live,
  surfaces: ["AI Studio"],
  media: "mediaChunks",
  textInterrupts: true,
  inputTranscript: "deltas",
  announcesSpeech: false,
  thinking: { levels: [], budget: true, required: false },
  voices: "prebuilt",
  proactiveAudio: "optional",
  affectiveDialog: "optional",
  toolDefault: "BLOCKING",
  codeExecution: true,
  urlContext: true,
  history: "instruction",
  contextUpdate: false,
};

const lowerCaseVoices = new Set(prebuiltVoices.map((name) => name.toLowerCase()));

/** Whether a voice is one of Google's thirty prebuilt ones, which every Live model has. */
export const isPrebuiltVoice = (name: string): boolean => lowerCaseVoices.has(name.toLowerCase());

/** By prefix of the model's name; the longest that matches decides. */
const rows: Readonly<Record<string, Capabilities>> = {
  "gemini-3.8-live": gemini38Live,
  "gemini-3.8-live-extended-thinking": {
    ...gemini38Live,
    surfaces: ["AI Studio"],
    thinking: { levels: ["LOW", "MEDIUM", "HIGH"], budget: true, required: true },
    toolBehaviors: ["NON_BLOCKING"],
    scheduling: false,
    idle: "interactionStatus",
  },
  "gemini-3.1-flash-live": gemini31Live,
  "gemini-2.5-flash-native-audio": gemini25NativeAudio,
  "gemini-live-2.5-flash-native-audio": { ...gemini25NativeAudio, surfaces: ["Vertex"] },
};

/** Differences that hold for every model of a surface. */
const differences: Readonly<Record<Surface, Partial<Capabilities>>> = {
  "AI Studio": {},
  Vertex: { continues: false, transparent: true },
};

/** Whether there is a row for a model. */
export const isKnownModel = (model: string): boolean =>
  Object.keys(rows).some((prefix) => bareModelName(model).startsWith(prefix));

/** An unknown model is treated like the newest, and may report a status. */
const unknownModel: Capabilities = { ...gemini38Live, idle: "interactionStatus" };

/** The row of a model. */
export function capabilitiesOf(model: string, surface: Surface = "AI Studio"): Capabilities {
  const name = bareModelName(model);
  const matching = Object.keys(rows)
    .filter((prefix) => name.startsWith(prefix))
    .toSorted((a, b) => b.length - a.length);
  return { ...(rows[matching[0] ?? ""] ?? unknownModel), ...differences[surface] };
}
