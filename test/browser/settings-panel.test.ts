/** Devices and turn-taking in the drawer's settings. */
import { startConversation } from "./support/conversation.ts";
import { openPanel } from "./support/drawer.ts";
import { expect, test } from "./support/test.ts";

test("[PAGE105] devices, processing and turn-taking hold at once and after a reload", async ({
  page,
  fakeServer,
}) => {
  await page.setViewportSize({ width: 1440, height: 900 });
  await startConversation(page, fakeServer);
  const drawer = await openPanel(page, "Settings");
  const microphone = drawer.getByRole("combobox", { name: "Microphone" });
  await expect(microphone).toBeEnabled();
  const id = await microphone.locator("option").nth(1).getAttribute("value");
  await microphone.selectOption(id);
  await drawer.getByRole("checkbox", { name: "Suppress noise" }).uncheck();
  await expect(page.getByText("Listening")).toBeVisible();
  await drawer.getByRole("radio", { name: /^Push to talk/ }).check();
  await page.reload();
  await expect(drawer.getByRole("radio", { name: /^Push to talk/ })).toBeChecked();
  await expect(drawer.getByRole("checkbox", { name: "Suppress noise" })).not.toBeChecked();
  const stored = await page.evaluate(() => localStorage.getItem("parley.settings"));
  expect(JSON.parse(stored ?? "")).toMatchObject({
    devices: { microphone: id },
    processing: { noiseSuppression: false },
    turnTaking: "push-to-talk",
  });
});

test("[PAGE105] another loudspeaker and camera are taken in the middle of a talk", async ({
  page,
  fakeServer,
}) => {
  await page.setViewportSize({ width: 1440, height: 900 });
  await page.addInitScript(() => {
    const chosen: unknown[] = [];
    Object.assign(globalThis, { chosen });
    const prototype = AudioContext.prototype as AudioContext & {
      setSinkId(id: string): Promise<void>;
    };
    // oxlint-disable-next-line typescript/unbound-method -- called on a context
    const setSinkId = prototype.setSinkId;
    prototype.setSinkId = function (id: string) {
      chosen.push(id);
      return setSinkId.call(this, id);
    };
    const getUserMedia = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
    navigator.mediaDevices.getUserMedia = (constraints) => {
      const { video } = constraints ?? {};
      if (typeof video === "object") chosen.push(video.deviceId);
      return getUserMedia(constraints);
    };
  });
  const chosen = () => page.evaluate(() => (globalThis as unknown as { chosen: unknown[] }).chosen);
  await startConversation(page, fakeServer);
  await page.getByRole("button", { name: "Camera" }).click();
  await expect(page.getByRole("figure", { name: "What the camera sees" })).toBeVisible();
  fakeServer.sendTone(20);
  await expect(page.getByText("Speaking")).toBeVisible();
  const drawer = await openPanel(page, "Settings");
  const choose = async (name: string): Promise<string | null> => {
    const menu = drawer.getByRole("combobox", { name });
    await expect(menu).toBeEnabled();
    const id = await menu.locator("option").nth(1).getAttribute("value");
    await menu.selectOption(id);
    return id;
  };
  const speaker = await choose("Loudspeaker");
  await expect.poll(chosen).toContainEqual(speaker);
  const camera = await choose("Camera");
  await expect.poll(chosen).toContainEqual({ ideal: camera });
  await expect(page.getByRole("figure", { name: "What the camera sees" })).toBeVisible();
  await expect(page.getByText("Speaking")).toBeVisible();
});
