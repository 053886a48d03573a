/** Choosing an agent. */
import { startConversation } from "./support/conversation.ts";
import type { FakeServer } from "./support/fake-server.ts";
import { expect, test } from "./support/test.ts";

const offerAgents = (server: FakeServer): void => {
  const agents = [
    { name: "guide", description: "Shows you around." },
    { name: "night_clerk", description: "Takes reservations at night." },
  ];
  server.health = { ...server.health, agents };
};

test("[PAGE136] the picker works with the keyboard alone and shows descriptions", async ({
  page,
  fakeServer,
}) => {
  offerAgents(fakeServer);
  await page.goto(fakeServer.url);
  const picker = page.getByRole("combobox", { name: "Agent" });
  await picker.focus();
  await page.keyboard.press("ArrowDown");
  const options = page.getByRole("option");
  await expect(options).toHaveText([
    /Guide\s*Shows you around\./,
    /Night clerk\s*Takes reservations at night\./,
  ]);
  await expect(options.first()).toHaveAttribute("aria-selected", "true");
  await page.keyboard.press("Escape");
  await expect(options.first()).toBeHidden();
  await page.keyboard.press("Enter");
  await page.keyboard.press("n");
  await page.keyboard.press("Enter");
  await expect(picker).toHaveText("Night clerk");
  await expect(page.locator(".description")).toHaveText("Takes reservations at night.");
  expect(new URL(page.url()).searchParams.get("agent")).toBe("night_clerk");
});

test("[PAGE132] in a conversation another agent needs a yes, and Back returns to the conversation", async ({
  page,
  fakeServer,
}) => {
  offerAgents(fakeServer);
  const { bubbles } = await startConversation(page, fakeServer);
  fakeServer.sendEvent({ outputTranscription: { text: "Remember me.", finished: true } });
  await expect(bubbles).toHaveCount(1);
  const choose = async (): Promise<void> => {
    await page.getByRole("combobox", { name: "Agent" }).click();
    await page.getByRole("option", { name: "Night clerk" }).click();
  };
  await choose();
  await page.getByRole("button", { name: "Stay" }).click();
  await expect(page.getByText("Listening")).toBeVisible();
  await choose();
  await page.getByRole("button", { name: "Talk with Night clerk" }).click();
  await expect(bubbles).toHaveCount(0);
  await expect(page.getByRole("button", { name: "Start talking" })).toBeVisible();
  await page.goBack();
  await expect(bubbles).toHaveText(["Agent: Remember me."]);
  await expect(page.getByRole("combobox", { name: "Agent" })).toHaveText("Guide");
  await expect.poll(() => fakeServer.requestedUrls.length).toBe(2);
  expect(fakeServer.requestedUrls[1]).toBe(fakeServer.requestedUrls[0]);
});

test("[PAGE133] an agent that the server does not have is reported and does not look chosen", async ({
  page,
  fakeServer,
}) => {
  offerAgents(fakeServer);
  await page.goto(`${fakeServer.url}/?agent=waiter`);
  await expect(page.getByRole("alert")).toContainText('There is no agent "waiter" here.');
  await expect(page.getByRole("combobox", { name: "Agent" })).toHaveText("Choose an agent");
});
