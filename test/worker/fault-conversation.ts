/** A conversation with scripted upstream faults, and short summaries of its events. */
import { exports } from "cloudflare:workers";
import { readFaults } from "../../src/emulator/core/faults/parse-faults.ts";
import type { Event } from "../../src/wire/adk.ts";
import { silence, tone } from "../support/scripted.ts";
import { setAgent } from "./upstreams.ts";
import { newConversation, type Client } from "./client.ts";
import { emulated, until } from "./emulated.ts";
import type { Agent } from "../../src/agent/agent.ts";

/** @param faults in the form of an emulator scenario. */
export async function conversationWithFaults(faults: readonly object[], agent?: Agent) {
  const conversation = newConversation();
  if (agent) setAgent(conversation.object, agent);
  const upstream = emulated(conversation.object, { clocked: true, faults: readFaults(faults) });
  const ann = await conversation.join();
  const wait = (condition: (event: Event) => boolean) => until(ann.next(condition), upstream.pass);
  return {
    ...conversation,
    ...upstream,
    ann,
    wait,
    /** Sends a text and waits for the end of the answer. */
    ask: async (text: string) => {
      ann.send({ type: "text", text });
      return wait((event) => event.turnComplete === true);
    },
    /** Speaks for ms and waits for the end of the answer. */
    speak: async (ms = 1000) => {
      await speakOnly(ann, upstream.pass, ms);
      return wait((event) => event.turnComplete === true);
    },
  };
}

/** Sends speech for ms, and the silence after it. */
export async function speakOnly(ann: Client, pass: (ms: number) => Promise<void>, ms: number) {
  for (let at = 0; at < ms; at += 100) {
    ann.send(tone(100).buffer);
    await pass(100);
  }
  for (let at = 0; at < 2000; at += 100) {
    ann.send(silence(100).buffer);
    await pass(100);
  }
}

/** Published or logged events in short; consecutive audio and transcript deltas become one "answer". */
export function summarize(events: readonly Event[]): string[] {
  const kinds = events.map(kindOf).filter((kind) => kind !== "");
  return kinds.filter((kind, at) => kind !== "answer" || kinds[at - 1] !== "answer");
}

/** The log of a conversation, read over HTTP. */
export const loggedSummary = async (object: string): Promise<string[]> =>
  summarize((await sessionOf(object)).events);

export const stateOf = async (object: string): Promise<object> => (await sessionOf(object)).state;

/** 200 or 404. */
export const sessionStatus = async (object: string): Promise<number> =>
  (await fetchSession(object)).status;

const sessionOf = async (object: string): Promise<{ events: Event[]; state: object }> =>
  (await fetchSession(object)).json();

function fetchSession(object: string): Promise<Response> {
  const [app, user, session] = JSON.parse(object) as string[];
  return exports.default.fetch(`https://parley.test/apps/${app}/users/${user}/sessions/${session}`);
}

function kindOf(event: Event): string {
  const { inputTranscription: input, outputTranscription: output } = event;
  if (event.errorCode) return event.errorCode;
  if (event.interrupted) return "interrupted";
  if (event.turnComplete) return "complete";
  if (input) return input.finished ? `user: ${input.text}` : "user delta";
  if (output) return output.finished ? `agent: ${output.text}` : "answer";
  if (event.content?.parts?.some(({ inlineData }) => inlineData)) return "answer";
  if (event.content?.parts?.some(({ thought }) => thought)) return "thought";
  if (event.author === "user" && event.content)
    return `typed: ${event.content?.parts?.map(({ text }) => text).join("")}`;
  return "";
}
