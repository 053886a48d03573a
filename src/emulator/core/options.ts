/** How an emulator behaves where the service leaves a choice, or where nobody knows what it does. */
import type { Close } from "./protocol/close-codes.ts";
import type { Fault } from "./faults/fault.ts";
import { DEFAULT_FRAMING, type Framing } from "./protocol/frames.ts";
import type { RecordingEntry } from "./recording.ts";

export interface EmulatorOptions {
  /** A profile's name that answers for every model; by default each model answers for itself. */
  readonly profile?: string | undefined;
  readonly framing?: Framing;
  readonly tools?: Partial<ToolOptions>;
  /** Times faster than it is that time passes for connections, handles and sessions; speech stays real time. */
  readonly speed?: number;
  /** By default as the model's profile says. */
  readonly connection?: Partial<LifetimeOptions> | "unwarned";
  /**
   * How much audio passes between two `interimInputTranscription`, ms: the user's words so far. When the service sends
   * them is not known: none by default.
   */
  readonly interimMs?: number;
  /** What goes wrong, and when; as `readFaults` gives them. */
  readonly faults?: readonly Fault[];
  /** Told of every frame, either way. */
  readonly onEntry?: (entry: RecordingEntry) => void;
  /** Told of every failure of ears, voice, brain or core. */
  readonly onFailure?: (error: unknown) => void;
}

export interface ToolOptions {
  /** What comes of a response to a call that nobody made. Not known of the service: ignored, unless asked otherwise. */
  readonly unknownCall: "ignored" | 1007 | 1008;
  /**
   * Barge-in during a call that blocks cancels it, with `toolCallCancellation`, as documented. The service was never
   * seen to do so.
   */
  readonly cancellation: boolean;
  /** How often such a call is made again with a new id, 0 to 1; by default as often as the profile says. */
  readonly reissue: number | undefined;
}

export interface LifetimeOptions {
  /** How long a connection lives, ms. */
  readonly lifeMs: number;
  /** How long before its end `goAway` is sent, ms; 0: not at all. */
  readonly warningMs: number;
  /** What it is closed with. The service's own code is not known. */
  readonly close: Close;
}

/** Seen in the field: exactly 58 minutes, and no warning. */
const UNWARNED = { lifeMs: 58 * 60_000, warningMs: 0 };

/** The options, with nothing left open. */
export interface ResolvedOptions {
  readonly profile: string | undefined;
  readonly framing: Framing;
  readonly tools: ToolOptions;
  readonly speed: number;
  readonly connection: Partial<LifetimeOptions>;
  readonly interimMs: number | undefined;
  readonly faults: readonly Fault[];
  readonly onEntry: ((entry: RecordingEntry) => void) | undefined;
  readonly onFailure: (error: unknown) => void;
}

export function resolveOptions(options: EmulatorOptions): ResolvedOptions {
  return {
    profile: options.profile,
    framing: options.framing ?? DEFAULT_FRAMING,
    tools: { unknownCall: "ignored", cancellation: false, reissue: undefined, ...options.tools },
    speed: options.speed ?? 1,
    connection: options.connection === "unwarned" ? UNWARNED : (options.connection ?? {}),
    interimMs: options.interimMs,
    faults: options.faults ?? [],
    onEntry: options.onEntry,
    onFailure: options.onFailure ?? (() => undefined),
  };
}
