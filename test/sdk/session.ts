/** A session of the official SDK that keeps received messages in order and can wait for them. */
import {
  GoogleGenAI,
  Modality,
  type LiveConnectConfig,
  type LiveServerMessage,
  type Session,
} from "@google/genai";

export const MODEL = "gemini-3.8-live";

export interface Closed {
  readonly code: number;
  readonly reason: string;
}

export interface SdkSession {
  readonly session: Session;
  readonly messages: readonly LiveServerMessage[];
  /** The first matching message after those already returned. Rejects when the connection closes before. */
  next(matches: (message: LiveServerMessage) => boolean): Promise<LiveServerMessage>;
  /** Settles when `onclose` was called. */
  readonly closed: Promise<Closed>;
  close(): Promise<Closed>;
}

export interface ConnectOptions {
  readonly url: string;
  readonly apiKey?: string;
  readonly apiVersion?: string;
  readonly model?: string;
  readonly config?: LiveConnectConfig;
}

const spoken: LiveConnectConfig = {
  responseModalities: [Modality.AUDIO],
  inputAudioTranscription: {},
  outputAudioTranscription: {},
};

interface Waiting {
  readonly matches: (message: LiveServerMessage) => boolean;
  readonly resolve: (message: LiveServerMessage) => void;
  readonly reject: (why: Error) => void;
}

/** The arguments of `onmessage` and `onclose`. */
function inbox() {
  const messages: LiveServerMessage[] = [];
  const closed = Promise.withResolvers<Closed>();
  let waiting: Waiting | undefined;
  let seen = 0;
  let closeEvent: Closed | undefined;
  const deliver = (): void => {
    while (waiting !== undefined && seen < messages.length) {
      const message = messages[seen++];
      if (message === undefined || !waiting.matches(message)) continue;
      const { resolve } = waiting;
      waiting = undefined;
      resolve(message);
    }
    if (closeEvent !== undefined)
      waiting?.reject(new Error(`closed: ${closeEvent.code} ${closeEvent.reason}`));
  };
  return {
    messages,
    closed: closed.promise,
    received: (message: LiveServerMessage): void => {
      messages.push(message);
      deliver();
    },
    ended: ({ code, reason }: Closed): void => {
      closeEvent = { code, reason };
      closed.resolve(closeEvent);
      deliver();
    },
    next: (matches: Waiting["matches"]): Promise<LiveServerMessage> =>
      new Promise((resolve, reject) => {
        waiting = { matches, resolve, reject };
        deliver();
      }),
  };
}

/** Connects; rejects as the SDK does when the server closes before setup completes. */
export async function openSession(options: ConnectOptions): Promise<SdkSession> {
  const { session, box } = await connect(options).opened;
  return {
    session,
    messages: box.messages,
    next: box.next,
    closed: box.closed,
    close: () => {
      session.close();
      return box.closed;
    },
  };
}

/** Connects to a server that refuses: the results of `connect` and `onclose`. */
export function connect({
  url,
  apiKey = "local",
  apiVersion = "v1beta",
  model = MODEL,
  config,
}: ConnectOptions) {
  const box = inbox();
  const ai = new GoogleGenAI({ apiKey, apiVersion, httpOptions: { baseUrl: url } });
  const opened = ai.live
    .connect({
      model,
      config: { ...spoken, ...config },
      callbacks: { onmessage: box.received, onclose: box.ended },
    })
    .then((session) => ({ session, box }));
  return { opened, closed: box.closed };
}

export const turnComplete = ({ serverContent }: LiveServerMessage): boolean =>
  serverContent?.turnComplete === true;

export const interrupted = ({ serverContent }: LiveServerMessage): boolean =>
  serverContent?.interrupted === true;

export const hasAudio = ({ serverContent }: LiveServerMessage): boolean =>
  serverContent?.modelTurn?.parts?.some(({ inlineData }) => inlineData !== undefined) === true;

export const inputTranscript = (messages: readonly LiveServerMessage[]): string =>
  messages.map(({ serverContent }) => serverContent?.inputTranscription?.text ?? "").join("");

export const outputTranscript = (messages: readonly LiveServerMessage[]): string =>
  messages.map(({ serverContent }) => serverContent?.outputTranscription?.text ?? "").join("");

/** Milliseconds of audio in the messages: 16 bits, 24 kHz. */
export const audioMs = (messages: readonly LiveServerMessage[]): number =>
  messages
    .flatMap(({ serverContent }) => serverContent?.modelTurn?.parts ?? [])
    .reduce(
      (ms, { inlineData }) => ms + Buffer.from(inlineData?.data ?? "", "base64").length / 48,
      0,
    );

/** Sends a text and waits for the whole turn. @returns its messages. */
export async function ask(sdk: SdkSession, text: string): Promise<readonly LiveServerMessage[]> {
  const from = sdk.messages.length;
  sdk.session.sendRealtimeInput({ text });
  await sdk.next(turnComplete);
  return sdk.messages.slice(from);
}
