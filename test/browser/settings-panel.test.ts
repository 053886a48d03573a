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
