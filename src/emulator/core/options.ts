/** How an emulator behaves where the service leaves a choice, or where nobody knows what it does. */
import { DEFAULT_FRAMING, type Framing } from "./frames.ts";

export interface EmulatorOptions {
  /** A profile's name that answers for every model; by default each model answers for itself. */
  readonly profile?: string | undefined;
  readonly framing?: Framing;
  readonly tools?: Partial<ToolOptions>;
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

/** The options, with nothing left open. */
export interface Options {
  readonly profile: string | undefined;
  readonly framing: Framing;
  readonly tools: ToolOptions;
  readonly onFailure: (error: unknown) => void;
}

export function complete(options: EmulatorOptions): Options {
  return {
    profile: options.profile,
    framing: options.framing ?? DEFAULT_FRAMING,
    tools: { unknownCall: "ignored", cancellation: false, reissue: undefined, ...options.tools },
    onFailure: options.onFailure ?? (() => undefined),
  };
}
