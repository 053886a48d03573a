/**
 * Every way into a conversation, as the suite that all of them must pass sees it. A new door is a new row in `doors`:
 * how its client comes in, speaks, and understands what it hears.
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

/** What a client has understood so far, whatever its protocol. */
export interface ClientView {
  /** All the words the agent said, joined. */
  readonly text: string;
  readonly turns: number;
  readonly interruptions: number;
  /** Whether any sound was heard. */
  readonly sound: boolean;
  /** What was told to be wrong. */
  readonly problems: readonly string[];
}

export interface ProtocolClient {
  sendText(words: string): unknown;
  /** Sends what its protocol does not know. */
  sendInvalid(): unknown;
  view(): ClientView;
  /** Goes away. */
  disconnect(): unknown;
  closed(): boolean;
}

export interface ProtocolUnderTest {
  readonly name: string;
  /** Who sends what its protocol does not know is sent away, as its clients expect; the others stay. */
  readonly strict?: true;
  connect(place: SessionAddress, query?: string): Promise<ProtocolClient>;
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
      sendText: (words) => client.send({ type: "text", text: words }),
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
      sendText: (words) => client.send({ content: { parts: [{ text: words }] } }),
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
      sendText: (words) => client.send({ type: "text", text: words }),
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
    const follower = await connectSse(`/events/${where}&is_audio=true`);
    const answers: Record<string, unknown>[] = [];
    const post = async (body: object): Promise<void> =>
      void answers.push(await postSse(`/send/${where}`, body));
    const count = (condition: (told: SseMessage) => unknown): number =>
      follower.messages.filter((told) => told.name === "message" && condition(told)).length;
    return {
      sendText: (words) => post(text(words)),
      sendInvalid: () => post({ mime_type: "video/mp4", data: "" }),
      view: () => ({
        text: follower.transcript,
        turns: count(({ data }) => data["turn_complete"]),
        interruptions: count(({ data }) => data["interrupted"]),
        sound: count(({ data }) => data["mime_type"] === "audio/pcm") > 0,
        problems: [
          ...answers.flatMap(({ error }) => (typeof error === "string" ? [error] : [])),
          ...follower.messages.flatMap(({ name, data }) =>
            name === "problem" ? [String(data["message"])] : [],
          ),
        ],
      }),
      disconnect: () => follower.disconnect(),
      closed: () => follower.ended,
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
      sendText: (words) => client.send({ realtimeInput: { text: words } }),
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
