/** A session of the official SDK, with what it received kept in order and waited for. */
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
  /** The first message not yet waited past that fits. Rejects when the connection closes before. */
  next(fits: (message: LiveServerMessage) => boolean): Promise<LiveServerMessage>;
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
  readonly fits: (message: LiveServerMessage) => boolean;
  readonly found: (message: LiveServerMessage) => void;
  readonly lost: (why: Error) => void;
}

/** What `onmessage` and `onclose` were called with. */
function inbox() {
  const messages: LiveServerMessage[] = [];
  const closed = Promise.withResolvers<Closed>();
  let waiting: Waiting | undefined;
  let seen = 0;
  let over: Closed | undefined;
  const look = (): void => {
    while (waiting !== undefined && seen < messages.length) {
      const message = messages[seen++];
      if (message === undefined || !waiting.fits(message)) continue;
      const { found } = waiting;
      waiting = undefined;
      found(message);
    }
    if (over !== undefined) waiting?.lost(new Error(`closed: ${over.code} ${over.reason}`));
  };
  return {
    messages,
    closed: closed.promise,
    received: (message: LiveServerMessage): void => {
      messages.push(message);
      look();
    },
    ended: ({ code, reason }: Closed): void => {
      over = { code, reason };
      closed.resolve(over);
      look();
    },
    next: (fits: Waiting["fits"]): Promise<LiveServerMessage> =>
      new Promise((found, lost) => {
        waiting = { fits, found, lost };
        look();
      }),
  };
}

/** Connects; rejects as the SDK does, when the server closes before the session is set up. */
export async function openSession(dial: ConnectOptions): Promise<SdkSession> {
  const { session, box } = await connect(dial).opened;
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

/** Connects, for tests of a server that refuses: what `connect` and `onclose` say. */
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

/** Milliseconds of sound in them: 16 bits, 24 kHz. */
export const audioMs = (messages: readonly LiveServerMessage[]): number =>
  messages
    .flatMap(({ serverContent }) => serverContent?.modelTurn?.parts ?? [])
    .reduce(
      (ms, { inlineData }) => ms + Buffer.from(inlineData?.data ?? "", "base64").length / 48,
      0,
    );

/** Types a text, and waits for the whole turn; its messages. */
export async function ask(talk: SdkSession, text: string): Promise<readonly LiveServerMessage[]> {
  const from = talk.messages.length;
  talk.session.sendRealtimeInput({ text });
  await talk.next(turnComplete);
  return talk.messages.slice(from);
}
