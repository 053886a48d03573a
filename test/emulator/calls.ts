/** Helpers for tests of function calls: steps, declarations and responses. */
import type { Step } from "../../src/emulator/core/ports.ts";
import { type Client, type Received, type TestEmulator, sendText } from "./client.ts";

export const callStep = (...names: string[]): Step => ({
  call: names.map((name) => ({ name, args: {} })),
});

export function declareFunctions(behavior?: "BLOCKING" | "NON_BLOCKING"): object {
  const behaviour = behavior === undefined ? {} : { behavior };
  const functionDeclarations = ["f", "g"].map((name) => ({ name, ...behaviour }));
  return { tools: [{ functionDeclarations }] };
}

export function callsIn(
  messages: readonly Received[],
): { id: string; name: string; args: object }[] {
  return messages.flatMap(({ toolCall }) => [...(toolCall?.functionCalls ?? [])]);
}

export function respond(client: Client, id: string, more: object = {}): void {
  const response = { id, name: "f", response: { output: "fine" }, ...more };
  client.send({ toolResponse: { functionResponses: [response] } });
}

/** A client whose typed request led to calls; the messages so far are taken. */
export async function clientWithCalls(
  on: TestEmulator,
  steps: readonly Step[],
  behavior: "BLOCKING" | "NON_BLOCKING" = "NON_BLOCKING",
): Promise<{ client: Client; ids: string[] }> {
  on.ports.brain.replies.push(steps);
  const client = await on.ready(declareFunctions(behavior));
  sendText(client, "do it");
  await on.ports.clock.advance(1500);
  return { client, ids: callsIn(client.take()).map(({ id }) => id) };
}

/** The function responses in the brain's latest context. */
export function functionResponsesSeen(on: TestEmulator): unknown[] {
  const parts = on.ports.brain.contexts.at(-1)?.history.flatMap((content) => content.parts ?? []);
  return (parts ?? []).flatMap((part) => part.functionResponse ?? []);
}
