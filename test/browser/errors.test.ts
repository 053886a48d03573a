/** Devices that are not there, or not allowed. */
import type { Page } from "@playwright/test";
import { tone } from "./support/fake-server.ts";
import { expect, test } from "./support/test.ts";

/** The browser answers every wish for a device with this error. */
const refuse = (page: Page, name: string) =>
  page.addInitScript((name) => {
    navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException("no", name));
  }, name);

for (const [name, words] of [
  ["NotAllowedError", /The microphone is not allowed\. .*You can type meanwhile\./],
  ["NotFoundError", /No microphone was found\./],
  ["NotReadableError", /The microphone is busy/],
] as const) {
  test(`[PAGE60] a microphone that gives ${name} is told in words, and typing goes on`, async ({
    page,
    fakeServer,
  }) => {
    await refuse(page, name);
    await page.goto(fakeServer.url);
    await page.getByRole("button", { name: "Start talking" }).click();
    await expect(page.getByRole("alert")).toHaveText(words);
    await page.getByRole("textbox", { name: "Message" }).fill("Then I type.");
    await page.keyboard.press("Enter");
    await expect.poll(() => fakeServer.texts).toEqual(["Then I type."]);
    await expect(page.getByRole("alert")).toBeHidden();
  });
}

test.describe("without leave", () => {
  test.use({ permissions: [] });

  test("[PAGE60] a microphone that the browser really denies is told in words", async ({
    page,
    fakeServer,
  }) => {
    await page.goto(fakeServer.url);
    await page.getByRole("button", { name: "Start talking" }).click();
    await expect(page.getByRole("alert")).toHaveText(/The microphone is not allowed\./);
    await expect(page.getByRole("button", { name: "Start talking" })).toBeVisible();
  });
});

test("[PAGE61] a microphone that is unplugged is told in words and can be opened again", async ({
  page,
  fakeServer,
  microphone,
}) => {
  microphone.record(tone(10, 300, 16_000), 16_000);
  await page.addInitScript(() => {
    const real = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
    navigator.mediaDevices.getUserMedia = async (wanted) => {
      const stream = await real(wanted);
      Object.assign(window, { unplug: () => unplug(stream) });
      return stream;
    };
    const unplug = (stream: MediaStream): void => {
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
  await page.getByRole("button", { name: "Start talking" }).click();
  await expect(page.getByText("Listening")).toBeVisible();
  const before = fakeServer.frames.length;
  await expect.poll(() => fakeServer.frames.length).toBeGreaterThan(before + 3);
});

test("[PAGE62] a camera that fails leaves the conversation alone", async ({ page, fakeServer }) => {
  await refuse(page, "NotFoundError");
  await page.goto(fakeServer.url);
  await page.getByRole("button", { name: "Camera" }).click();
  await expect(page.getByRole("alert")).toHaveText(
    "No camera was found. Plug one in, then try again.",
  );
  await expect(page.getByText("Connected", { exact: true }).first()).toBeVisible();
});
