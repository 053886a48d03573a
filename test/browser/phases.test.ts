/** The round button and the icons in each phase. */
import { startConversation } from "./support/conversation.ts";
import { pageStates } from "./support/page-states.ts";
import { expect, test } from "./support/test.ts";

test.use({ expectedErrors: [/WebSocket/] });

const states = [
  "welcome",
  "connecting",
  "listening",
  "thinking",
  "speaking",
  "muted",
  "lost",
  "listener",
];

test("[PAGE118] the round button looks different in each phase", async ({
  browser,
  fakeServer,
}) => {
  const looks = new Map<string, string>();
  for (const name of states) {
    fakeServer.silent = false;
    fakeServer.refusal = undefined;
    const page = await browser.newPage({ permissions: ["microphone", "camera"] });
    await pageStates.find((state) => state.name === name)?.show(page, fakeServer);
    const look = await page.locator("parley-orb").evaluate((orb) => {
      const core = orb.shadowRoot?.querySelector(".core");
      const shown = (selector: string) =>
        orb.shadowRoot?.querySelector(selector)?.checkVisibility();
      return JSON.stringify({
        background: core && getComputedStyle(core).background,
        halo: getComputedStyle(orb.shadowRoot?.querySelector(".near") ?? orb).opacity !== "0",
        parts: [shown(".bars"), shown(".dots"), shown(".ring"), shown("slot")],
        icon: orb.querySelector("svg")?.innerHTML.replaceAll(/<!--.*?-->/g, ""),
      });
    });
    looks.set(name, look);
    await page.close();
  }
  expect(new Set(looks.values()).size, [...looks].join("\n")).toBe(states.length);
});

test("[PAGE118] a slashed icon means that the device is off, for the microphone and the camera", async ({
  page,
  fakeServer,
}) => {
  await startConversation(page, fakeServer);
  const slash = "M4 4l16 16";
  const [microphone, camera] = [/\(space\)/, /The camera is/].map((title) =>
    page.getByTitle(title),
  );
  const isSlashed = async (button: typeof camera) => (await button?.innerHTML())?.includes(slash);
  expect([await isSlashed(microphone), await isSlashed(camera)]).toEqual([false, true]);
  await microphone?.click();
  await camera?.click();
  await expect(page.getByRole("figure")).toBeVisible();
  expect([await isSlashed(microphone), await isSlashed(camera)]).toEqual([true, false]);
});

test("[PAGE119] a lost connection is tried again at once by the round button", async ({
  page,
  fakeServer,
}) => {
  await startConversation(page, fakeServer);
  fakeServer.refusal = { message: "Not now.", code: 1013 };
  fakeServer.drop();
  // Several failures: by then the next attempt is seconds away.
  await expect.poll(() => fakeServer.requestedUrls.length).toBeGreaterThan(4);
  await expect(page.getByText("Connection lost")).toBeVisible();
  fakeServer.refusal = undefined;
  await page.getByRole("button", { name: "Try now" }).click({ timeout: 1_000 });
  await expect(page.getByText("Listening")).toBeVisible({ timeout: 1_500 });
});
