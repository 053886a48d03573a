/** The healthy conversation beside the fuzzed ones, by a client in a process of its own (healthy.ts). */
import { join } from "node:path";
import { startChild } from "../child.ts";
import type { HealthyFigures } from "./answer-order.ts";

const healthyClient = join(import.meta.dirname, "healthy.ts");

/** @param url `ws://host:port`. @returns a function that ends it. */
export async function startHealthyConversation(
  url: string,
): Promise<() => Promise<HealthyFigures>> {
  const child = startChild([process.execPath, healthyClient, url]);
  await child.nextLine();
  return async () => {
    const figures = child.nextLine();
    child.input.write("stop\n");
    return JSON.parse(await figures) as HealthyFigures;
  };
}
