/** A copy of the project whose agents differ in their detection of speech, and in nothing else. */
import { cpSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { RunConfigDefinition } from "../../src/agent/run-config.ts";

export type Detection = NonNullable<RunConfigDefinition["activityDetection"]>;

const root = join(import.meta.dirname, "../..");
const copied = [
  "src",
  "scripts",
  "public",
  "migrations",
  "package.json",
  "wrangler.toml",
  "worker-configuration.d.ts",
  "tsconfig.json",
  "tsconfig.base.json",
  "tsconfig.core.json",
  "tsconfig.client.json",
];

/** @param detections by the agent's name. */
export function copyProject(detections: Readonly<Record<string, Detection>>): {
  readonly folder: string;
  remove(): void;
} {
  const folder = mkdtempSync(join(tmpdir(), "parley-endpointing-"));
  for (const name of copied) cpSync(join(root, name), join(folder, name), { recursive: true });
  symlinkSync(join(root, "node_modules"), join(folder, "node_modules"));
  writeFileSync(join(folder, "src/agents/index.ts"), agentsFile(detections));
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

const agentsFile = (detections: Readonly<Record<string, Detection>>): string =>
  `import { agent } from "../agent/agent.ts";

const detections = ${JSON.stringify(detections)} as const;
export const agents = Object.entries(detections).map(([name, activityDetection]) =>
  agent({
    name,
    model: "gemini-3.8-live",
    instruction: "Answer in one short sentence.",
    runConfig: { activityDetection },
  }),
) as never;
`;
