/** axe-core finds no violation in any panel of the drawer. */
import { installAxe, violationsOf } from "./support/axe.ts";
import { startConversation } from "./support/conversation.ts";
import { openPanel } from "./support/drawer.ts";
import { expect, test } from "./support/test.ts";

const panels = ["History", "Settings", "Share", "Latency", "Cost", "Events"];

for (const [width, height] of [
  [360, 740],
  [1440, 900],
] as const)
  test.describe(`at ${width} px`, () => {
    test.use({ viewport: { width, height } });

    test("[PAGE107] axe-core finds no violation in any panel", async ({ page, fakeServer }) => {
      await page.emulateMedia({ reducedMotion: "reduce" });
      const session = { id: "one", title: "Find me a mug", turns: 2, state: {}, lastUpdateTime: 1 };
      fakeServer.answer = (_, path) =>
        path.endsWith("/sessions") ? { body: [session] } : undefined;
      fakeServer.health = {
        ...fakeServer.health,
        agents: [
          { name: "guide", voice: "Kore", clientSettings: ["voice", "language", "instruction"] },
        ],
      };
      await startConversation(page, fakeServer);
      fakeServer.sendEvent({ outputTranscription: { text: "It is ten.", finished: true } });
      fakeServer.sendUnlogged({ type: "budget", scope: "day", of: "usd", used: 0.83 });
      await installAxe(page);
      const drawer = await openPanel(page, "Events");
      await drawer.getByRole("option").first().click();
      for (const panel of panels) {
        await drawer.getByRole("tab", { name: panel }).click();
        if (panel === "History") await drawer.getByLabel("More for Find me a mug").click();
        for (const colorScheme of ["light", "dark"] as const) {
          await page.emulateMedia({ colorScheme });
          expect(await violationsOf(page), `${panel}, ${colorScheme}`).toEqual([]);
        }
      }
    });
  });
