/** The Live API emulator in a process of your own. */

declare const checked: unique symbol;

/** A scenario that `readScenario` has checked. */
export interface Scenario {
  readonly [checked]: true;
}

export interface EmulatorOptions {
  /** 0, the default, takes a free port. */
  readonly port?: number;
  /** The address to listen on: 127.0.0.1 by default. */
  readonly host?: string;
  /** Speaks https and wss, with a certificate that `/_emulator/certificate` shows. */
  readonly tls?: boolean;
  /** Repeats the same random choices on every run. */
  readonly seed?: number;
  /** Sends text frames instead of binary ones. */
  readonly textFrames?: boolean;
  /** Sends frames without indentation. */
  readonly compactFrames?: boolean;
  /** Answers as this model, whichever one a client names. */
  readonly profile?: string;
  /** Scripted replies and faults. */
  readonly scenario?: Scenario;
  /** Factor by which connections, handles and sessions age faster than real time. */
  readonly speed?: number;
  /** A file to which all frames are appended; never keys. */
  readonly record?: string;
  /** Receives a line about each failure; never content of a conversation. `console.error` by default. */
  readonly log?: (line: string) => void;
  /** Called when the port is bound, before the speech models are loaded. */
  readonly onListening?: () => void;
}

export interface Emulator {
  readonly port: number;
  /** The base URL for clients: `http://host:port` or `https://…`. */
  readonly url: string;
  close(this: void): Promise<void>;
}

/** Settles when the emulator accepts sessions, after some seconds. Rejects if it cannot bind the port. */
export function startEmulator(options?: EmulatorOptions): Promise<Emulator>;

/** @param json a scenario's JSON value. @throws Error with the mistake in a sentence. */
export function readScenario(json: unknown): Scenario;
