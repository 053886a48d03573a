/**
 * What each Live model takes and refuses, as data: the relay asks here instead of asking a name.
 *
 * Sending what a model forbids closes the session (1007), so what a row does not allow is never sent.
 * A new model is a new row.
 */

export type Surface = "AI Studio" | "Vertex";

export interface Capabilities {
  readonly surfaces: readonly Surface[];
  /** Whether typed text reaches the model as a turn of its own or as realtime input. */
  readonly text: "clientContent" | "realtimeInput";
  /** The field of realtimeInput that carries microphone and camera. */
  readonly media: "audio and video" | "mediaChunks";
  /** Whether clientContent with turnComplete stops an answer under way. */
  readonly textInterrupts: boolean;
  /** Whether the user's words come as one final transcript or in pieces. */
  readonly inputTranscript: "final" | "deltas";
  /** Whether it says at once, unasked, when it hears somebody begin to speak (voiceActivity). */
  readonly announcesSpeech: boolean;
  /** `thinkingConfig`: by level, by budget, or not taken at all. */
  readonly thinking: "none" | "budget" | readonly ThinkingLevel[];
  /** `proactivity.proactiveAudio`: may be asked for, is always on and may not be turned off, or is unknown. */
  readonly proactiveAudio: "optional" | "always" | "refused";
  /** `generationConfig.enableAffectiveDialog`. */
  readonly affectiveDialog: "optional" | "refused";
  /** How a function call is made when its declaration does not say. */
  readonly toolDefault: "BLOCKING" | "NON_BLOCKING";
  /** The ways a function may be declared. */
  readonly toolBehaviors: readonly ToolBehavior[];
  /** Whether a function response may say how it is to be heard (INTERRUPT, WHEN_IDLE, SILENT). */
  readonly scheduling: boolean;
  /** Whether a function response may say that more will come (`willContinue`). */
  readonly continues: boolean;
  /** Whether a session can be resumed to the very message it had understood (`sessionResumption.transparent`). */
  readonly transparent: boolean;
  readonly googleSearch: boolean;
  readonly codeExecution: boolean;
  readonly urlContext: boolean;
  /** Whether instruction and tools may change in the middle of a session (contextUpdate). */
  readonly contextUpdate: boolean;
  /**
   * How a new session learns what was said before: as contents of its own, with true roles, or within
   * the instruction, where contents may not end with the model's words and are forgotten at the first sound.
   */
  readonly history: "contents" | "instruction";
  /** What makes the agent speak first: a turn of text, or realtime text. */
  readonly nudge: "clientContent" | "realtimeInput";
  /** What ends an interaction: turnComplete, or interactionStatus IDLE. */
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
  thinking: ["MINIMAL", "LOW", "MEDIUM", "HIGH"],
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
  thinking: "budget",
  proactiveAudio: "optional",
  affectiveDialog: "optional",
  toolDefault: "BLOCKING",
  codeExecution: true,
  urlContext: true,
  history: "instruction",
  contextUpdate: false,
};

/** By the beginning of a model's name: the longest that fits decides. */
const rows: Readonly<Record<string, Capabilities>> = {
  "gemini-3.8-live": gemini38Live,
  "gemini-3.8-live-extended-thinking": {
    ...gemini38Live,
    surfaces: ["AI Studio"],
    thinking: ["LOW", "MEDIUM", "HIGH"],
    toolBehaviors: ["NON_BLOCKING"],
    scheduling: false,
    idle: "interactionStatus",
  },
  "gemini-3.1-flash-live": gemini31Live,
  "gemini-2.5-flash-native-audio": gemini25NativeAudio,
  "gemini-live-2.5-flash-native-audio": { ...gemini25NativeAudio, surfaces: ["Vertex"] },
};

/** What holds for every model of a surface (Live API: what Vertex and AI Studio know of each other's fields). */
const differences: Readonly<Record<Surface, Partial<Capabilities>>> = {
  "AI Studio": {},
  Vertex: { continues: false, transparent: true },
};

/** Whether there is a row for a model. */
export const isKnownModel = (model: string): boolean =>
  Object.keys(rows).some((prefix) => model.replace(/^.*models\//, "").startsWith(prefix));

/** The row of a model. One that no row fits is treated like the newest, as its successors will be. */
export function capabilitiesOf(model: string, surface: Surface = "AI Studio"): Capabilities {
  const name = model.replace(/^.*models\//, "");
  const fitting = Object.keys(rows)
    .filter((prefix) => name.startsWith(prefix))
    .toSorted((a, b) => b.length - a.length);
  return { ...(rows[fitting[0] ?? ""] ?? gemini38Live), ...differences[surface] };
}
