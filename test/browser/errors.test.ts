/** Devices that are missing, busy or not allowed. */
import type { Page } from "@playwright/test";
import { tone } from "./support/fake-server.ts";
import { expect, test } from "./support/test.ts";

/** Makes getUserMedia reject with this error. */
const rejectDevices = (page: Page, name: string) =>
  page.addInitScript((name) => {
    navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException("no", name));
  }, name);

for (const [name, message] of [
  ["NotAllowedError", /The microphone is not allowed\. .*You can type meanwhile\./],
  ["NotFoundError", /No microphone was found\./],
  ["NotReadableError", /The microphone is busy/],
] as const) {
  test(`[PAGE60] a microphone that fails with ${name} shows a message, and typing works`, async ({
    page,
    fakeServer,
  }) => {
    await rejectDevices(page, name);
    await page.goto(fakeServer.url);
    await page.getByRole("button", { name: "Start talking" }).click();
    await expect(page.getByRole("alert")).toHaveText(message);
    await page.getByRole("textbox", { name: "Message" }).fill("Then I type.");
    await page.keyboard.press("Enter");
    await expect.poll(() => fakeServer.texts).toEqual(["Then I type."]);
    await expect(page.getByRole("alert")).toBeHidden();
  });
}

test.describe("without permission", () => {
  test.use({ permissions: [] });

  test("[PAGE60] a microphone that the browser denies shows a message", async ({
    page,
    fakeServer,
  }) => {
    await page.goto(fakeServer.url);
    await page.getByRole("button", { name: "Start talking" }).click();
    await expect(page.getByRole("alert")).toHaveText(/The microphone is not allowed\./);
    await expect(page.getByRole("button", { name: "Start talking" })).toBeVisible();
  });
});

test.describe("over http from another machine", () => {
  const overHttp = /The microphone, the camera and the sound work only over https\./;

  test.use({
    viewport: { width: 390, height: 844 },
    permissions: [],
    expectedErrors: [/Cross-Origin-Opener-Policy header has been ignored/],
  });

  test("[PAGE84] each tap shows the reason, and typing works", async ({ page, fakeServer }) => {
    await page.goto(fakeServer.url.replace("localhost", "lan.test"));
    for (const name of ["Start talking", "Start talking", "Camera"]) {
      await page.getByRole("button", { name }).click();
      await expect(page.getByRole("alert")).toHaveText(overHttp);
      await page.getByRole("alert").getByRole("button").click();
      await expect(page.getByRole("alert")).toBeHidden();
    }
    await page.getByRole("textbox", { name: "Message" }).fill("Then I type.");
    await page.keyboard.press("Enter");
    await expect.poll(() => fakeServer.texts).toEqual(["Then I type."]);
    await expect(page.getByRole("alert")).toHaveText(overHttp);
  });
});

test("[PAGE61] an unplugged microphone shows a message and can be opened again", async ({
  page,
  fakeServer,
  microphone,
}) => {
  microphone.record(tone(10, 300, 16_000), 16_000);
  await page.addInitScript(() => {
    const original = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
    let plugged = true;
    Object.assign(window, { plugIn: () => (plugged = true) });
    navigator.mediaDevices.getUserMedia = async (constraints) => {
      if (!plugged) throw new DOMException("none left", "NotFoundError");
      const stream = await original(constraints);
      Object.assign(window, { unplug: () => unplug(stream) });
      return stream;
    };
    const unplug = (stream: MediaStream): void => {
      plugged = false;
      for (const track of stream.getTracks()) {
        track.stop();
        track.dispatchEvent(new Event("ended"));
      }
    };
  });
  await page.goto(fakeServer.url);
  await page.getByRole("button", { name: "Start talking" }).click();
  await expect(page.getByText("Listening")).toBeVisible();
  await page.evaluate(() => (window as unknown as { unplug: () => void }).unplug());
  await expect(page.getByRole("alert")).toHaveText(/The microphone was disconnected\./);
  await page.evaluate(() => (window as unknown as { plugIn: () => void }).plugIn());
  await page.getByRole("button", { name: "Start talking" }).click();
  await expect(page.getByText("Listening")).toBeVisible();
  const before = fakeServer.frames.length;
  await expect.poll(() => fakeServer.frames.length).toBeGreaterThan(before + 3);
});

test("[PAGE62] a camera that fails shows a message, and the connection stays open", async ({
  page,
  fakeServer,
}) => {
  await rejectDevices(page, "NotFoundError");
  await page.goto(fakeServer.url);
  await page.getByRole("button", { name: "Camera" }).click();
  await expect(page.getByRole("alert")).toHaveText(
    "No camera was found. Plug one in, then try again.",
  );
  await expect(page.getByText("Connected", { exact: true }).first()).toBeVisible();
});
