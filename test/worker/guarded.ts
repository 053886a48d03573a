/** An agent whose `beforeModel` blocks cards, and its conversations. */
import { agent, type Agent } from "../../src/agent/agent.ts";
import type { Hooks } from "../../src/agent/hooks.ts";
import { tool } from "../../src/agent/tool.ts";
import { connect, newConversation } from "./client.ts";
import type { Message } from "./live-client.ts";
import { rest, sessionsPath } from "./rest.ts";
import { dataOf, post } from "./run.ts";
import { setAgent } from "./upstreams.ts";

export const until = async (condition: () => boolean): Promise<void> => {
  while (!condition()) await scheduler.wait(1);
};

export const base64 = (text: string): string => new TextEncoder().encode(text).toBase64();

export const research = tool({
  name: "research",
  description: "",
  longRunning: true,
  run: () => new Promise(() => undefined),
});

export const block: NonNullable<Hooks["beforeModel"]> = ({ text }) => {
  if (text.includes("card")) return { block: "No cards." };
  return text.includes("4711") ? { text: text.replaceAll("4711", "####") } : undefined;
};

/** Blocks cards, and rewrites numbers. @param late the verdict comes later. */
export const guarded = (late = false) =>
  agent({
    name: "guarded",
    model: "gemini-3.8-live",
    tools: [research],
    hooks: { beforeModel: late ? async (...args) => block(...args) : block },
  });

export const isBlocked = (message: Message): boolean =>
  message["parley"]?.error?.code === "BLOCKED";

/** A session by ADK's protocols. A live client keeps it open. */
export async function guardedRun(agentOf: Agent = guarded()) {
  const { object, models } = newConversation();
  setAgent(object, agentOf);
  const [app = "", userId = "", sessionId = ""] = JSON.parse(object) as string[];
  await rest("POST", sessionsPath(userId, app), { sessionId });
  const live = await connect(`/run_live?app_name=${app}&user_id=${userId}&session_id=${sessionId}`);
  const model = await models.connection(0);
  await model.until(({ received }) => received.length > 0);
  await model.send({ setupComplete: {} });
  const ask = (parts: object[]) =>
    post("/run_sse", { userId, sessionId, newMessage: { parts } }).then(async (response) =>
      dataOf(await response.text()),
    );
  return { object, model, live, ask };
}
