/** Options for behaviour that the service leaves open, or that is unknown. */
import type { ConnectionEnd } from "./protocol/close-codes.ts";
import type { Fault } from "./faults/fault.ts";
import { DEFAULT_FRAMING, type Framing } from "./protocol/frames.ts";
import type { RecordingEntry } from "./recording.ts";

export interface EmulatorOptions {
  /** A profile that answers for every model; by default each model has its own. */
  readonly profile?: string | undefined;
  readonly framing?: Framing;
  readonly tools?: Partial<ToolOptions>;
  /** Factor by which connections, handles and sessions age faster than real time; speech stays real time. */
  readonly speed?: number;
  /** By default the limits of the model's profile. */
  readonly connection?: Partial<LifetimeOptions> | "unwarned";
  /** Audio between two `interimInputTranscription`, ms. When the service sends them is unknown: none by default. */
  readonly interimMs?: number;
  /** Faults to inject. */
  readonly faults?: readonly Fault[];
  /** Receives every frame of both directions. */
  readonly onEntry?: (entry: RecordingEntry) => void;
  /** Receives every failure of recognizer, synthesizer, brain or core. */
  readonly onFailure?: (error: unknown) => void;
}

export interface ToolOptions {
  /** How a response to an unknown call is handled. The service's behaviour is unknown: ignored by default. */
  readonly unknownCall: "ignored" | 1007 | 1008;
  /**
   * Whether barge-in during a blocking call sends `toolCallCancellation`, as documented; by default the profile's: AI
   * Studio was never observed to do so.
   */
  readonly cancellation: boolean | undefined;
  /** Probability that barge-in reissues a blocking call with a new id, 0 to 1; by default the profile's. */
  readonly reissue: number | undefined;
}

export interface LifetimeOptions {
  /** The lifetime of a connection, ms. */
  readonly lifeMs: number;
  /** How long before the end `goAway` is sent, ms; 0 sends none. */
  readonly warningMs: number;
  /** How it ends; by default as the profile says. */
  readonly close: ConnectionEnd;
}

/** Observed on the service: exactly 58 minutes, without a warning. */
const UNWARNED = { lifeMs: 58 * 60_000, warningMs: 0 };

/** The options with all defaults filled in. */
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
    tools: {
      unknownCall: "ignored",
      cancellation: undefined,
      reissue: undefined,
      ...options.tools,
    },
    speed: options.speed ?? 1,
    connection: options.connection === "unwarned" ? UNWARNED : (options.connection ?? {}),
    interimMs: options.interimMs,
    faults: options.faults ?? [],
    onEntry: options.onEntry,
    onFailure: options.onFailure ?? (() => undefined),
  };
}
