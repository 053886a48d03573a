/** The round button and the icons in each phase. */
import { startConversation } from "./support/conversation.ts";
import { pageStates } from "./support/page-states.ts";
import { unusualStates } from "./support/unusual-states.ts";
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
      // The halo fades in: the look is what the transitions lead to.
      for (const animation of orb.shadowRoot?.getAnimations() ?? [])
        if (animation instanceof CSSTransition) animation.finish();
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

test("[PAGE164] a lost connection stays lost through an attempt to reconnect", async ({
  page,
  fakeServer,
}) => {
  await startConversation(page, fakeServer);
  // The next socket opens, and gets no answer.
  fakeServer.silent = true;
  fakeServer.drop();
  await expect(page.locator('.connection[data-status="connecting"]')).toHaveText("Reconnecting");
  await expect(page.locator(".phase")).toContainText("Connection lost");
  fakeServer.silent = false;
  fakeServer.drop();
  await expect(page.getByText("Listening")).toBeVisible();
});

test("[PAGE156] the page invites to speak only where it would be heard", async ({
  browser,
  fakeServer,
}) => {
  for (const [name, invites] of [
    ["welcome", true],
    ["connecting", false],
    ["microphone-denied", false],
    ["token-refused", false],
    ["listener", false],
  ] as const) {
    fakeServer.silent = false;
    fakeServer.refusal = undefined;
    const page = await browser.newPage({ permissions: ["microphone"] });
    await pageStates.find((state) => state.name === name)?.show(page, fakeServer);
    await expect(page.getByRole("heading", { name: "Say something." }), name).toHaveCount(
      invites ? 1 : 0,
    );
    await page.close();
  }
});

test("[PAGE156] after a refusal the round button does not invite to talk, and tries again", async ({
  page,
  fakeServer,
}) => {
  await pageStates.find((state) => state.name === "token-refused")?.show(page, fakeServer);
  await expect(page.locator(".phase")).toHaveText(/Not connected\s*Tap to try again/);
  await expect(page.getByText(/tap to talk/i)).toHaveCount(0);
  fakeServer.refusal = undefined;
  await page.getByRole("button", { name: "Try now" }).click();
  await expect(page.getByText("Listening")).toBeVisible();
});

for (const [device, hasTouch, hint] of [
  ["a desktop", false, "Hold this, or the space bar"],
  ["a phone", true, "Hold this button"],
] as const)
  test.describe(device, () => {
    test.use({ hasTouch, isMobile: hasTouch });

    test("[PAGE167] push to talk names the controls that are there", async ({
      page,
      fakeServer,
    }) => {
      await unusualStates.find(({ name }) => name === "push-to-talk")?.show(page, fakeServer);
      await expect(page.locator(".phase")).toHaveText(new RegExp(`Hold to talk\\s*${hint}`));
    });
  });

test("[PAGE156] without a microphone an answer can be stopped, and the page does not say that one may just talk", async ({
  page,
  fakeServer,
}) => {
  await page.goto(fakeServer.url);
  await page.getByRole("textbox", { name: "Message" }).fill("Tell me a story");
  await page.keyboard.press("Enter");
  await expect.poll(() => fakeServer.texts).toHaveLength(1);
  fakeServer.sendTone(5);
  const status = page.locator(".phase");
  await expect(status).toContainText("Speaking");
  await expect(status).toContainText("Tap to stop");
  await expect(status).not.toContainText("Just talk");
});
