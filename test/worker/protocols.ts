/**
 * Every way into a conversation, as the suite that all of them must pass sees it. A new door is a new row in `doors`:
 * how its client comes in, speaks, and understands what it hears.
 */
import type { Event } from "../../src/wire/adk.ts";
import { open } from "./client.ts";
import { dialLive, method, model, type Message } from "./live.ts";
import { knock } from "./native.ts";
import { follow, send, text, type Told } from "./sse.ts";

export interface Place {
  readonly app: string;
  readonly user: string;
  readonly session: string;
}

/** What a client has understood so far, whatever its protocol. */
export interface Understood {
  /** All the words the agent said, joined. */
  readonly words: string;
  readonly turns: number;
  readonly interruptions: number;
  /** Whether any sound was heard. */
  readonly sound: boolean;
  /** What was told to be wrong. */
  readonly problems: readonly string[];
}

export interface Guest {
  type(words: string): unknown;
  /** Sends what its protocol does not know. */
  err(): unknown;
  understood(): Understood;
  /** Goes away. */
  leave(): unknown;
  closed(): boolean;
}

export interface DoorOfSuite {
  readonly name: string;
  /** Who sends what its protocol does not know is sent away, as its clients expect; the others stay. */
  readonly strict?: true;
  enter(place: Place, query?: string): Promise<Guest>;
}

const understoodFrom = (events: readonly Event[]): Understood => ({
  words: events.map((event) => (event.partial && event.outputTranscription?.text) || "").join(""),
  turns: events.filter(({ turnComplete }) => turnComplete).length,
  interruptions: events.filter(({ interrupted }) => interrupted).length,
  sound: events.some((event) => event.content?.parts?.some(({ inlineData }) => inlineData)),
  problems: events.flatMap(({ errorMessage }) => errorMessage ?? []),
});

const bidiDemo: DoorOfSuite = {
  name: "ADK bidi-demo",
  enter: async ({ app, user, session }, query = "") => {
    const client = await open(`/ws/${user}/${session}?agent=${app}${query}`);
    return {
      type: (words) => client.say({ type: "text", text: words }),
      err: () => client.say({ type: "dance" }),
      understood: () => understoodFrom(client.events),
      leave: () => client.close(),
      closed: () => client.closed !== undefined,
    };
  },
};

const runLive: DoorOfSuite = {
  name: "ADK /run_live",
  enter: async ({ app, user, session }, query = "") => {
    const client = await open(
      `/run_live?app_name=${app}&user_id=${user}&session_id=${session}${query}`,
    );
    return {
      type: (words) => client.say({ content: { parts: [{ text: words }] } }),
      err: () => client.say({ dance: true }),
      understood: () => understoodFrom(client.events),
      leave: () => client.close(),
      closed: () => client.closed !== undefined,
    };
  },
};

const native: DoorOfSuite = {
  name: "native",
  enter: async ({ app, user, session }, query = "") => {
    const { client } = await knock(`/ws/${user}/${session}?agent=${app}${query}`);
    await client.hello();
    return {
      type: (words) => client.say({ type: "text", text: words }),
      err: () => client.say('{"type":"dance"}'),
      understood: () => ({
        ...understoodFrom(client.of("event").map(({ event }) => event)),
        sound: client.of("sound").length > 0,
        problems: client.of("error").map(({ message }) => message),
      }),
      leave: () => client.close(),
      closed: () => client.closed !== undefined,
    };
  },
};

const serverSentEvents: DoorOfSuite = {
  name: "server-sent events",
  enter: async ({ app, user, session }, query = "") => {
    const where = `${user}/${session}?agent=${app}${query}`;
    const follower = await follow(`/events/${where}&is_audio=true`);
    const answers: Record<string, unknown>[] = [];
    const post = async (body: object): Promise<void> =>
      void answers.push(await send(`/send/${where}`, body));
    const count = (condition: (told: Told) => unknown): number =>
      follower.told.filter((told) => told.name === "message" && condition(told)).length;
    return {
      type: (words) => post(text(words)),
      err: () => post({ mime_type: "video/mp4", data: "" }),
      understood: () => ({
        words: follower.words,
        turns: count(({ data }) => data["turn_complete"]),
        interruptions: count(({ data }) => data["interrupted"]),
        sound: count(({ data }) => data["mime_type"] === "audio/pcm") > 0,
        problems: [
          ...answers.flatMap(({ error }) => (typeof error === "string" ? [error] : [])),
          ...follower.told.flatMap(({ name, data }) =>
            name === "problem" ? [String(data["message"])] : [],
          ),
        ],
      }),
      leave: () => follower.leave(),
      closed: () => follower.over,
    };
  },
};

const live: DoorOfSuite = {
  name: "Live API",
  strict: true,
  enter: async ({ app, user, session }, query = "") => {
    const client = await dialLive(`/live/${app}/${user}/${session}/${method}?key=any${query}`);
    client.say({ setup: { model, outputAudioTranscription: {} } });
    const contents = (): Message[] =>
      client.messages.flatMap(({ serverContent }) => serverContent ?? []);
    return {
      type: (words) => client.say({ realtimeInput: { text: words } }),
      err: () => client.say({ dance: {} }),
      understood: () => ({
        words: client.said,
        turns: contents().filter(({ turnComplete }) => turnComplete).length,
        interruptions: contents().filter(({ interrupted }) => interrupted).length,
        sound: JSON.stringify(client.messages).includes("inlineData"),
        problems: [
          ...client.messages.flatMap(({ parley }) => parley?.error.message ?? []),
          ...(client.closed ? [client.closed.reason] : []),
        ],
      }),
      leave: () => client.close(),
      closed: () => client.closed !== undefined,
    };
  },
};

export const doors: readonly DoorOfSuite[] = [bidiDemo, runLive, native, serverSentEvents, live];
