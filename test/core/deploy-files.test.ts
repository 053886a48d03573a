/** The files that Cloudflare's Deploy button reads. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseEnv } from "node:util";
import { describe, expect, it } from "vitest";
import { settingWarnings } from "../../scripts/settings.ts";
import { agents } from "../../src/agents/index.ts";
import { readConfig } from "../../src/config.ts";
import { limits } from "../../src/core/policy/limits.ts";
import { environmentSchema, settingNames } from "../../src/environment.ts";

const root = join(import.meta.dirname, "../..");
const read = (file: string): string => readFileSync(join(root, file), "utf8");
const secrets = parseEnv(read(".dev.vars.example"));
const names = Object.keys(secrets).sort();
const { cloudflare, scripts } = JSON.parse(read("package.json")) as {
  cloudflare: { bindings: Record<string, { description: string }> };
  scripts: Record<string, string>;
};

describe("[DOCS6] the files of a Deploy button", () => {
  it("the example names settings that exist, without values", () => {
    expect(names).toEqual(["AUTH_SECRET", "GEMINI_API_KEY"]);
    expect(Object.values(secrets)).toEqual(["", ""]);
    expect(settingNames()).toEqual(expect.arrayContaining(names));
  });

  it("the example lists every setting once, with the defaults of limits and values that are no mistake", () => {
    const example = read(".dev.vars.example").replaceAll(/^# (?=[A-Z_]+=)/gm, "");
    const listed = [...example.matchAll(/^([A-Z_]+)=/gm)].map(([, name]) => name);
    // Its former name is still read.
    expect(listed.toSorted()).toEqual(
      settingNames()
        .filter((name) => name !== "REFUGE")
        .toSorted(),
    );
    const values = parseEnv(example);
    for (const row of Object.values(limits))
      if ("setting" in row && row.value < Infinity)
        expect([row.setting, values[row.setting]]).toEqual([row.setting, `${row.value}`]);
    expect(environmentSchema().safeParse(values).error?.issues).toBeUndefined();
  });

  it("each secret is described, and nothing else is", () => {
    expect(Object.keys(cloudflare.bindings).sort()).toEqual(names);
    for (const { description } of Object.values(cloudflare.bindings))
      expect(description).toMatch(/^[A-Z][^]{20,}\.$/u);
    expect(scripts["deploy"]).toBe("wrangler deploy");
  });

  it("a copy of the example sets nothing, and is no mistake", () => {
    const vars = { LIVE_API_URL: "http://127.0.0.1:8788", ALLOW_ANONYMOUS: "1" };
    const told = (settings: object) => JSON.stringify(readConfig(settings, agents));
    expect(told({ ...secrets, ...vars })).toBe(told(vars));
    expect(settingWarnings(secrets, ".dev.vars")).toEqual([]);
  });
});
