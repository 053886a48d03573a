/** What the Worker's modules do while they are evaluated, which a deploy pays for at each start of an isolate. */
import { join } from "node:path";
import { expect, it, vi } from "vitest";

const made = vi.hoisted(() => ({ schemas: 0 }));

vi.mock("zod", async (original) => {
  const zod = await original<Record<string, unknown>>();
  return Object.fromEntries(
    Object.entries(zod).map(([name, value]) => [
      name,
      isMaker(name, value) ? counted(value) : value,
    ]),
  );

  /** Zod's classes begin with a capital. */
  function isMaker(name: string, value: unknown): value is (...args: unknown[]) => unknown {
    return typeof value === "function" && /^[a-z_]/.test(name);
  }

  function counted(make: (...args: unknown[]) => unknown) {
    return (...args: unknown[]): unknown => {
      made.schemas++;
      return make(...args);
    };
  }
});

vi.mock("cloudflare:workers", () => ({
  DurableObject: Object,
  RpcTarget: Object,
  WorkerEntrypoint: Object,
}));

it("[START17] the start of the Worker makes no schema", async () => {
  // Other tests have loaded modules, and made schemas, in the same process.
  vi.resetModules();
  const { agents } = await import("../../src/agents/index.ts");
  // By a path that TypeScript does not follow: this project has no types of Workers.
  await import(join(import.meta.dirname, "../../src/index.ts"));
  expect(made.schemas).toBe(0);
  // The count works: the first use of a tool's parameters makes them.
  const dice = agents.find(({ name }) => name === "dice");
  for (const tool of dice?.tools ?? []) if ("arguments" in tool) void tool.arguments.schema;
  expect(made.schemas).toBeGreaterThan(0);
}, 30_000);
