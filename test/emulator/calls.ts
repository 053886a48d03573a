/** What the tests of function calls share: steps, declarations and responses. */
import type { Step } from "../../src/emulator/core/ports.ts";
import { type Client, type Received, type Stage, typed } from "./client.ts";

export const call = (...names: string[]): Step => ({
  call: names.map((name) => ({ name, args: {} })),
});

export function declared(behavior?: "BLOCKING" | "NON_BLOCKING"): object {
  const behaviour = behavior === undefined ? {} : { behavior };
  const functionDeclarations = ["f", "g"].map((name) => ({ name, ...behaviour }));
  return { tools: [{ functionDeclarations }] };
}

export function calls(messages: readonly Received[]): { id: string; name: string; args: object }[] {
  return messages.flatMap(({ toolCall }) => [...(toolCall?.functionCalls ?? [])]);
}

export function respond(client: Client, id: string, more: object = {}): void {
  const response = { id, name: "f", response: { output: "fine" }, ...more };
  client.send({ toolResponse: { functionResponses: [response] } });
}

/** A client whose written order led to calls; the messages so far are taken. */
export async function ordered(
  on: Stage,
  steps: readonly Step[],
  behavior: "BLOCKING" | "NON_BLOCKING" = "NON_BLOCKING",
): Promise<{ client: Client; ids: string[] }> {
  on.ports.brain.lines.push(steps);
  const client = await on.ready(declared(behavior));
  typed(client, "do it");
  await on.ports.clock.advance(1500);
  return { client, ids: calls(client.take()).map(({ id }) => id) };
}

/** What the brain was last told of functions. */
export function told(on: Stage): unknown[] {
  const parts = on.ports.brain.scenes.at(-1)?.history.flatMap((content) => content.parts ?? []);
  return (parts ?? []).flatMap((part) => part.functionResponse ?? []);
}
