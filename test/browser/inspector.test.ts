/** The controls of the inspector: filter, pause, copy, clear. */
import { startConversation } from "./support/conversation.ts";
import { openPanel } from "./support/drawer.ts";
import { expect, test } from "./support/test.ts";

test("[PAGE92] the inspector filters, pauses, copies and clears, by keyboard too", async ({
  page,
  context,
  fakeServer,
}) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write", "microphone"]);
  await page.setViewportSize({ width: 1440, height: 900 });
  await startConversation(page, fakeServer);
  const drawer = await openPanel(page, "Events");
  const rows = drawer.getByRole("option");
  fakeServer.sendEvent({ outputTranscription: { text: "Zanzibar", finished: true } });
  await drawer.getByRole("searchbox").fill("zanzibar");
  await expect(rows).toHaveCount(1);
  await drawer.getByRole("listbox").focus();
  await page.keyboard.press("End");
  await expect(rows.first()).toHaveAttribute("aria-selected", "true");
  await expect(drawer.locator("pre")).toContainText("Zanzibar");
  await drawer.getByRole("button", { name: "Copy", exact: true }).click();
  await expect(drawer.getByText("Copied 1 frame.")).toBeVisible();
  const copied = await page.evaluate(() => navigator.clipboard.readText());
  expect(JSON.parse(copied)).toMatchObject({
    direction: "in",
    frame: { type: "event", event: { outputTranscription: { text: "Zanzibar" } } },
  });
  await drawer.getByRole("button", { name: "Pause" }).click();
  fakeServer.sendEvent({ outputTranscription: { text: "Zanzibar two", finished: true } });
  await expect(page.getByText("Zanzibar two").first()).toBeVisible();
  await expect(rows).toHaveCount(1);
  await drawer.getByRole("button", { name: "Pause" }).click();
  await expect(rows).toHaveCount(2);
  await drawer.getByRole("button", { name: "Clear" }).click();
  await expect(rows).toHaveCount(0);
});

test("[PAGE92] a pause shows what came before it, and nothing that comes after", async ({
  page,
  fakeServer,
}) => {
  // The list is drawn 200 ms after a frame has come: here after half a minute.
  await page.addInitScript(() => {
    const usual = setTimeout.bind(window);
    const slow = (callback: () => void, ms?: number) => usual(callback, ms === 200 ? 30_000 : ms);
    Object.assign(window, { setTimeout: slow });
  });
  await startConversation(page, fakeServer);
  const drawer = await openPanel(page, "Events");
  await drawer.getByRole("searchbox").fill("zanzibar");
  const rows = drawer.getByRole("option");
  fakeServer.sendEvent({ outputTranscription: { text: "Zanzibar one", finished: true } });
  await expect(page.getByText("Zanzibar one").first()).toBeVisible();
  await drawer.getByRole("button", { name: "Pause" }).click();
  await expect(rows).toHaveCount(1);
});
