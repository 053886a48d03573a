/** axe-core finds no violation in any state of the page. */
import { installAxe, violationsOf } from "./support/axe.ts";
import { expect, test } from "./support/test.ts";
import { pageStates } from "./support/page-states.ts";

// The server of some states is gone or refuses the page.
test.use({ expectedErrors: [/WebSocket/] });

for (const { name, show } of pageStates)
  test(`[PAGE117] axe-core finds no violation in the state "${name}"`, async ({
    page,
    fakeServer,
  }) => {
    await page.emulateMedia({ reducedMotion: "reduce" });
    await show(page, fakeServer);
    await installAxe(page);
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
