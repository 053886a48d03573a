/** Turns a server frame into short labels without contents and ids, so that runs can be compared. */

export interface ServerFrame {
  readonly setupComplete?: object;
  readonly sessionResumptionUpdate?: { readonly newHandle?: string };
  readonly goAway?: { readonly timeLeft?: string };
  /** Google's clients rename `type`; some servers send the long name. */
  readonly voiceActivity?: { readonly type?: string; readonly voiceActivityType?: string };
  readonly toolCall?: { readonly functionCalls?: readonly { readonly id?: string }[] };
  readonly toolCallCancellation?: object;
  readonly usageMetadata?: Readonly<Record<string, unknown>>;
  readonly serverContent?: {
    readonly modelTurn?: {
      readonly parts?: readonly { readonly inlineData?: { readonly data?: string } }[];
    };
    readonly inputTranscription?: { readonly text?: string };
    readonly outputTranscription?: { readonly text?: string };
    readonly interrupted?: boolean;
    readonly generationComplete?: boolean;
    readonly turnComplete?: boolean;
  };
}

/** Base64 of a second of speech: 24 kHz, 16 bits. */
const charactersPerSecond = (48_000 * 4) / 3;

/** @returns the labels in the order in which a client must handle the fields of one frame. */
export function labelsOf(frame: ServerFrame): string[] {
  const { serverContent: content = {}, voiceActivity } = frame;
  const activity = voiceActivity?.type ?? voiceActivity?.voiceActivityType;
  const labels: readonly (readonly [label: string, present: boolean])[] = [
    ["setupComplete", frame.setupComplete !== undefined],
    ["handle", (frame.sessionResumptionUpdate?.newHandle ?? "") !== ""],
    ["goAway", frame.goAway !== undefined],
    ["inputTranscription", (content.inputTranscription?.text ?? "") !== ""],
    ["activityStart", activity === "ACTIVITY_START"],
    ["activityEnd", activity === "ACTIVITY_END"],
    ["toolCall", frame.toolCall !== undefined],
    ["toolCallCancellation", frame.toolCallCancellation !== undefined],
    ["audio", secondsIn(frame) > 0],
    ["outputTranscription", (content.outputTranscription?.text ?? "") !== ""],
    ["thoughts counted", Number(frame.usageMetadata?.["thoughtsTokenCount"] ?? 0) > 0],
    ["generationComplete", content.generationComplete === true],
    ["interrupted", content.interrupted === true],
    ["turnComplete", content.turnComplete === true],
  ];
  return labels.flatMap(([label, present]) => (present ? [label] : []));
}

/** Seconds of speech in a frame. */
export function secondsIn({ serverContent }: ServerFrame): number {
  const parts = serverContent?.modelTurn?.parts ?? [];
  const characters = parts.reduce((sum, part) => sum + (part.inlineData?.data?.length ?? 0), 0);
  return characters / charactersPerSecond;
}
