/** axe-core finds no violation in any state of the page. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Page } from "@playwright/test";
import { expect, test } from "./support/test.ts";
import { pageStates } from "./support/page-states.ts";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

interface Violation {
  readonly id: string;
  readonly nodes: readonly { readonly html: string }[];
}

async function violationsOf(page: Page): Promise<string[]> {
  const violations = await page.evaluate(async () => {
    const { axe } = window as unknown as {
      axe: { run(): Promise<{ violations: Violation[] }> };
    };
    return (await axe.run()).violations;
  });
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" ")}`);
}

// The server of some states is gone or refuses the page.
test.use({ expectedErrors: [/WebSocket/] });

for (const { name, show } of pageStates)
  test(`[PAGE117] axe-core finds no violation in the state "${name}"`, async ({
    page,
    fakeServer,
  }) => {
    await page.emulateMedia({ reducedMotion: "reduce" });
    await show(page, fakeServer);
    await page.evaluate(axe);
    for (const [width, height] of [
      [390, 844],
      [1440, 900],
    ] as const)
      for (const colorScheme of ["light", "dark"] as const) {
        await page.setViewportSize({ width, height });
        await page.emulateMedia({ colorScheme });
        expect(await violationsOf(page), `${width} px, ${colorScheme}`).toEqual([]);
      }
  });
