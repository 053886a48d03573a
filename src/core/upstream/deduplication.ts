/**
 * Drops transcripts that the Live API sends twice. Text alone does not show that: "five five five" repeats itself, too.
 *
 * A transcript that comes whole is a duplicate if no speech lies between it and the same one before, however long ago that
 * was and whatever the model has said meanwhile. A service that duplicates deltas duplicates all of them, each directly behind itself and with nothing beside it. So the deltas of
 * a turn count as duplicated while they come in pairs, and one that comes once shows that the repetitions are spoken:
 *
 *     uniform ──── another delta, after pairs ───► probe ──── comes twice ───► doubled
 *        │ after an odd number                       │ comes once                 │ comes once
 *        └───────────────────────────────────────────┴──────► single ◄────────────┘
 */
import type { ServerMessage } from "../../wire/live-api.ts";
import type { TranslationContext } from "../adk/live-to-adk.ts";
import { completesTurn } from "../turn-state.ts";

type Field = "inputTranscription" | "outputTranscription";

type DeltaStream =
  /** All deltas of the turn so far are the same. Those after the first wait. */
  | {
      readonly type: "uniform";
      readonly begun: boolean;
      readonly waiting: readonly ServerMessage[];
    }
  /** The first delta that differs waits, too. */
  | {
      readonly type: "probe";
      readonly waiting: readonly ServerMessage[];
      readonly candidate: ServerMessage;
    }
  | { readonly type: "doubled"; readonly secondDue: boolean }
  | { readonly type: "single" };

interface TranscriptPosition {
  /** The transcript of the last message. */
  readonly last: string | undefined;
  /** The user's last whole transcript, until speech follows. */
  readonly utterance: string | undefined;
  readonly streams: Readonly<Record<Field, DeltaStream>>;
  /** Whether the next message releases messages that wait. */
  readonly holds: boolean;
}

const newStream: DeltaStream = { type: "uniform", begun: false, waiting: [] };

export const noTranscripts: TranscriptPosition = {
  last: undefined,
  utterance: undefined,
  streams: { inputTranscription: newStream, outputTranscription: newStream },
  holds: false,
};

type Step = readonly [DeltaStream, readonly ServerMessage[]];

/** Of one conversation. It changes in place. */
export class Deduplication {
  /** A value, since audio reads it. */
  transcripts = noTranscripts;
  /** The last typed text, until speech follows or the turn is over. */
  #typed: string | undefined;

  /** @param speaks whether the user speaks. @returns the messages to deliver now, in the order of their arrival. */
  deliver(
    message: ServerMessage,
    context: TranslationContext,
    speaks: boolean,
  ): readonly ServerMessage[] {
    if (isTypedTextEcho(this.#typed, message)) return [];
    if (completesTurn(message.serverContent, context)) this.#typed = undefined;
    const [position, messages] = deduplicate(this.transcripts, message, context.inputTranscript);
    // Speech goes on: the same words after these are said again.
    const isSaid = speaks && position.utterance !== undefined;
    this.transcripts = isSaid ? { ...position, utterance: undefined } : position;
    return messages;
  }

  onTyped(text: string): void {
    this.#typed = text;
  }

  /** A new session gets the last text again, which was not answered. */
  onSentAgain(text: string | undefined): void {
    this.#typed ??= text;
  }

  /** New speech: its transcript may equal the one before, or the last typed text. @param heard whether a session is open. */
  onSpeech(heard: boolean): void {
    this.transcripts = { ...this.transcripts, utterance: undefined };
    if (heard) this.#typed = undefined;
  }

  /** A message with nothing but audio came. */
  onAudio(): void {
    this.transcripts = { ...this.transcripts, last: undefined };
  }
}

/** @returns also the messages to deliver now, in the order of their arrival. */
export function deduplicate(
  position: TranscriptPosition,
  message: ServerMessage,
  inputTranscript: "final" | "deltas",
): readonly [TranscriptPosition, readonly ServerMessage[]] {
  const { streams } = position;
  const { field, text, isAlone } = transcriptOf(message);
  const isWhole = field === "inputTranscription" && inputTranscript === "final";
  const repeats = isAlone && text === position.last;
  const isDuplicate = isWhole && isAlone && text === position.utterance;
  const next = (key: Field): Step =>
    key === field && !isWhole
      ? afterDelta(streams[key], message, repeats)
      : afterOther(streams[key], endsTranscripts(message));
  const [input, fromInput] = next("inputTranscription");
  const [output, fromOutput] = next("outputTranscription");
  const isDelta = field !== undefined && !isWhole;
  const restarts = message.setupComplete !== undefined || endsTranscripts(message);
  const left = { inputTranscription: input, outputTranscription: output };
  return [
    {
      last: text,
      utterance: utteranceAfter(isWhole ? text : position.utterance, message),
      streams: restarts ? noTranscripts.streams : left,
      holds: !restarts && Object.values(left).some(isHolding),
    },
    [...fromInput, ...fromOutput, ...(isDelta || isDuplicate ? [] : [message])],
  ];
}

/** Whether typed text comes back as if it had been spoken. @param typed the last typed text, until speech follows. */
export function isTypedTextEcho(typed: string | undefined, message: ServerMessage): boolean {
  const { field, isAlone } = transcriptOf(message);
  const spoken = message.serverContent?.inputTranscription?.text;
  return isAlone && field === "inputTranscription" && typed !== undefined && spoken === typed;
}

function afterDelta(stream: DeltaStream, message: ServerMessage, repeats: boolean): Step {
  switch (stream.type) {
    case "uniform": {
      const { begun, waiting } = stream;
      if (!begun) return [{ ...stream, begun: true }, [message]];
      if (repeats) return [{ ...stream, waiting: [...waiting, message] }, []];
      if (isPaired(waiting)) return [{ type: "probe", waiting, candidate: message }, []];
      return [{ type: "single" }, [...waiting, message]];
    }
    case "probe": {
      const { waiting, candidate } = stream;
      return repeats
        ? [{ type: "doubled", secondDue: false }, [...firstOfPairs(waiting), candidate]]
        : [{ type: "single" }, [...waiting, candidate, message]];
    }
    case "doubled":
      if (!stream.secondDue) return [{ type: "doubled", secondDue: true }, [message]];
      return repeats
        ? [{ type: "doubled", secondDue: false }, []]
        : [{ type: "single" }, [message]];
    case "single":
      return [stream, [message]];
  }
}

/** Another message: no duplicate of the delta before it can follow. */
function afterOther(stream: DeltaStream, ends: boolean): Step {
  if (stream.type === "probe") return [{ type: "single" }, [...stream.waiting, stream.candidate]];
  if (stream.type !== "uniform" || stream.waiting.length === 0) return [stream, []];
  if (!isPaired(stream.waiting)) return [{ type: "single" }, stream.waiting];
  return ends ? [newStream, firstOfPairs(stream.waiting)] : [stream, []];
}

/** Whether the delta before them and those that wait are an even number. */
const isPaired = (waiting: readonly ServerMessage[]): boolean => waiting.length % 2 === 1;

/** One of each pair; that of the first was delivered. */
const firstOfPairs = (waiting: readonly ServerMessage[]): readonly ServerMessage[] =>
  waiting.slice(0, (waiting.length - 1) / 2);

const isHolding = (stream: DeltaStream): boolean =>
  stream.type === "probe" ||
  (stream.type === "uniform" && stream.waiting.length > 0 && !isPaired(stream.waiting));

const endsTranscripts = ({ serverContent }: ServerMessage): boolean =>
  Boolean(
    serverContent?.generationComplete || serverContent?.turnComplete || serverContent?.interrupted,
  );

const utteranceAfter = (
  utterance: string | undefined,
  message: ServerMessage,
): string | undefined => (message.voiceActivity?.type === "ACTIVITY_START" ? undefined : utterance);

interface Transcript {
  readonly field?: Field;
  /** With its field and all that the service says of it. */
  readonly text?: string;
  /** Whether the message holds nothing else. */
  readonly isAlone: boolean;
}

function transcriptOf(message: ServerMessage): Transcript {
  const content = message.serverContent ?? {};
  const isAlone = Object.keys(message).length === 1 && Object.keys(content).length === 1;
  const { inputTranscription: input, outputTranscription: output } = content;
  if (input?.text)
    return { field: "inputTranscription", text: `input ${JSON.stringify(input)}`, isAlone };
  if (output?.text)
    return { field: "outputTranscription", text: `output ${JSON.stringify(output)}`, isAlone };
  return { isAlone: false };
}
