/** A conversation with a model at which something goes wrong, and what a client is told of it, in short. */
import { exports } from "cloudflare:workers";
import { readFaults } from "../../src/emulator/core/faults/parse-faults.ts";
import type { Event } from "../../src/wire/adk.ts";
import { silence, tone } from "../support/scripted.ts";
import { setAgent } from "./upstreams.ts";
import { newConversation, type Client } from "./client.ts";
import { emulated, until } from "./emulated.ts";
import type { Agent } from "../../src/agent/agent.ts";

/** @param faults as a scenario of the emulator has them. */
export async function conversationWithFaults(faults: readonly object[], agent?: Agent) {
  const talk = newConversation();
  if (agent) setAgent(talk.object, agent);
  const upstream = emulated(talk.object, { clocked: true, faults: readFaults(faults) });
  const ann = await talk.join();
  const wait = (condition: (event: Event) => boolean) => until(ann.next(condition), upstream.pass);
  return {
    ...talk,
    ...upstream,
    ann,
    wait,
    /** Types, and hears the answer to its end. */
    ask: async (text: string) => {
      ann.send({ type: "text", text });
      return wait((event) => event.turnComplete === true);
    },
    /** Speaks so long, and hears the answer to its end. */
    speak: async (ms = 1000) => {
      await speakOnly(ann, upstream.pass, ms);
      return wait((event) => event.turnComplete === true);
    },
  };
}

/** Says something aloud, with the silence after it. */
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

/** What a client is told, or what was kept: sound and pieces of words once in a row, and as "answer". */
export function summarize(events: readonly Event[]): string[] {
  const kinds = events.map(kindOf).filter((kind) => kind !== "");
  return kinds.filter((kind, at) => kind !== "answer" || kinds[at - 1] !== "answer");
}

/** The log of a conversation, as everything that shows it reads it. */
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
  const { inputTranscription: heard, outputTranscription: said } = event;
  if (event.errorCode) return event.errorCode;
  if (event.interrupted) return "interrupted";
  if (event.turnComplete) return "complete";
  if (heard) return heard.finished ? `heard: ${heard.text}` : "hearing";
  if (said) return said.finished ? `said: ${said.text}` : "answer";
  if (event.content?.parts?.some(({ inlineData }) => inlineData)) return "answer";
  if (event.content?.parts?.some(({ thought }) => thought)) return "thought";
  if (event.author === "user" && event.content)
    return `typed: ${event.content?.parts?.map(({ text }) => text).join("")}`;
  return "";
}
