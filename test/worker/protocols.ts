/**
 * The protocols, behind one interface for the suite that all of them must pass. A new protocol is a new row in
 * `protocols`: how its client connects, sends, and reads.
 */
import type { Event } from "../../src/wire/adk.ts";
import { connect } from "./client.ts";
import { connectLive, method, model, type Message } from "./live-client.ts";
import { connectNative } from "./native.ts";
import { connectSse, postSse, text, type SseMessage } from "./sse.ts";

export interface SessionAddress {
  readonly app: string;
  readonly user: string;
  readonly session: string;
}

/** The content that a client has received so far, independent of its protocol. */
export interface ClientView {
  /** The agent's transcript, joined. */
  readonly text: string;
  readonly turns: number;
  readonly interruptions: number;
  /** Whether any audio arrived. */
  readonly sound: boolean;
  /** Messages of the received errors. */
  readonly problems: readonly string[];
}

export interface ProtocolClient {
  sendText(text: string): unknown;
  /** Sends a message that its protocol does not define. */
  sendInvalid(): unknown;
  view(): ClientView;
  disconnect(): unknown;
  closed(): boolean;
}

export interface ProtocolUnderTest {
  readonly name: string;
  /** The relay closes a client that sends invalid input, as the protocol's clients expect. */
  readonly strict?: true;
  connect(address: SessionAddress, query?: string): Promise<ProtocolClient>;
}

const viewOf = (events: readonly Event[]): ClientView => ({
  text: events.map((event) => (event.partial && event.outputTranscription?.text) || "").join(""),
  turns: events.filter(({ turnComplete }) => turnComplete).length,
  interruptions: events.filter(({ interrupted }) => interrupted).length,
  sound: events.some((event) => event.content?.parts?.some(({ inlineData }) => inlineData)),
  problems: events.flatMap(({ errorMessage }) => errorMessage ?? []),
});

const bidiDemo: ProtocolUnderTest = {
  name: "ADK bidi-demo",
  connect: async ({ app, user, session }, query = "") => {
    const client = await connect(`/ws/${user}/${session}?agent=${app}${query}`);
    return {
      sendText: (content) => client.send({ type: "text", text: content }),
      sendInvalid: () => client.send({ type: "dance" }),
      view: () => viewOf(client.events),
      disconnect: () => client.close(),
      closed: () => client.closed !== undefined,
    };
  },
};

const runLive: ProtocolUnderTest = {
  name: "ADK /run_live",
  connect: async ({ app, user, session }, query = "") => {
    const client = await connect(
      `/run_live?app_name=${app}&user_id=${user}&session_id=${session}${query}`,
    );
    return {
      sendText: (content) => client.send({ content: { parts: [{ text: content }] } }),
      sendInvalid: () => client.send({ dance: true }),
      view: () => viewOf(client.events),
      disconnect: () => client.close(),
      closed: () => client.closed !== undefined,
    };
  },
};

const native: ProtocolUnderTest = {
  name: "native",
  connect: async ({ app, user, session }, query = "") => {
    const { client } = await connectNative(`/ws/${user}/${session}?agent=${app}${query}`);
    await client.hello();
    return {
      sendText: (content) => client.send({ type: "text", text: content }),
      sendInvalid: () => client.send('{"type":"dance"}'),
      view: () => ({
        ...viewOf(client.of("event").map(({ event }) => event)),
        sound: client.of("sound").length > 0,
        problems: client.of("error").map(({ message }) => message),
      }),
      disconnect: () => client.close(),
      closed: () => client.closed !== undefined,
    };
  },
};

const serverSentEvents: ProtocolUnderTest = {
  name: "server-sent events",
  connect: async ({ app, user, session }, query = "") => {
    const where = `${user}/${session}?agent=${app}${query}`;
    const client = await connectSse(`/events/${where}&is_audio=true`);
    const answers: Record<string, unknown>[] = [];
    const post = async (body: object): Promise<void> =>
      void answers.push(await postSse(`/send/${where}`, body));
    const count = (condition: (message: SseMessage) => unknown): number =>
      client.messages.filter((message) => message.name === "message" && condition(message)).length;
    return {
      sendText: (content) => post(text(content)),
      sendInvalid: () => post({ mime_type: "video/mp4", data: "" }),
      view: () => ({
        text: client.transcript,
        turns: count(({ data }) => data["turn_complete"]),
        interruptions: count(({ data }) => data["interrupted"]),
        sound: count(({ data }) => data["mime_type"] === "audio/pcm") > 0,
        problems: [
          ...answers.flatMap(({ error }) => (typeof error === "string" ? [error] : [])),
          ...client.messages.flatMap(({ name, data }) =>
            name === "problem" ? [String(data["message"])] : [],
          ),
        ],
      }),
      disconnect: () => client.disconnect(),
      closed: () => client.ended,
    };
  },
};

const live: ProtocolUnderTest = {
  name: "Live API",
  strict: true,
  connect: async ({ app, user, session }, query = "") => {
    const client = await connectLive(`/live/${app}/${user}/${session}/${method}?key=any${query}`);
    client.send({ setup: { model, outputAudioTranscription: {} } });
    const contents = (): Message[] =>
      client.messages.flatMap(({ serverContent }) => serverContent ?? []);
    return {
      sendText: (content) => client.send({ realtimeInput: { text: content } }),
      sendInvalid: () => client.send({ dance: {} }),
      view: () => ({
        text: client.outputTranscript,
        turns: contents().filter(({ turnComplete }) => turnComplete).length,
        interruptions: contents().filter(({ interrupted }) => interrupted).length,
        sound: JSON.stringify(client.messages).includes("inlineData"),
        problems: [
          ...client.messages.flatMap(({ parley }) => parley?.error.message ?? []),
          ...(client.closed ? [client.closed.reason] : []),
        ],
      }),
      disconnect: () => client.close(),
      closed: () => client.closed !== undefined,
    };
  },
};

export const protocols: readonly ProtocolUnderTest[] = [
  bidiDemo,
  runLive,
  native,
  serverSentEvents,
  live,
];
