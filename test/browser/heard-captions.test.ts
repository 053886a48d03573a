/** Captions that follow the voice. */
import { startConversation } from "./support/conversation.ts";
import { expect, test } from "./support/test.ts";

const story =
  "Once upon a time a keeper lived in a lighthouse at the end of the world. Every evening she climbed the ninety-nine steps and lit the lamp for the ships.";

test("[PAGE126] words appear with the voice, and all of them when it has ended", async ({
  page,
  fakeServer,
}) => {
  const { bubbles } = await startConversation(page, fakeServer);
  fakeServer.sendTone(6);
  fakeServer.sendEvent({ partial: true, outputTranscription: { text: story, finished: false } });
  await expect(page.getByText("Speaking")).toBeVisible();
  await expect(bubbles.last()).toContainText("Once upon");
  expect((await bubbles.last().innerText()).length).toBeLessThan(story.length * 0.6);
  fakeServer.sendEvent({ outputTranscription: { text: story, finished: true } });
  fakeServer.sendEvent({ turnComplete: true });
  await expect(bubbles.last()).toContainText("for the ships.");
  await expect(page.getByText("Listening")).toBeVisible();
});

test("[PAGE125] after an interruption the rest that was not heard is grey", async ({
  page,
  fakeServer,
}) => {
  const { bubbles } = await startConversation(page, fakeServer);
  fakeServer.sendTone(8);
  fakeServer.sendEvent({ outputTranscription: { text: story, finished: true } });
  await expect(bubbles.last()).toContainText("Once upon a");
  fakeServer.sendEvent({ interrupted: true });
  const rest = page.locator(".unheard");
  await expect(rest).toContainText("for the ships.");
  await expect(bubbles.last().locator(".text")).toContainText("Once upon a");
  await expect(bubbles.last().locator(".text")).not.toContainText("ships");
});

test("[PAGE126] without sound the words appear at once", async ({ page, fakeServer }) => {
  fakeServer.participants = [{ id: "p1", role: "listener" }];
  await page.goto(`${fakeServer.url}/?role=listener`);
  await expect(page.getByRole("button", { name: "Listen" })).toBeVisible();
  await expect.poll(() => fakeServer.sockets).toBe(1);
  fakeServer.sendTone(8);
  fakeServer.sendEvent({ partial: true, outputTranscription: { text: story, finished: false } });
  await expect(page.getByText("for the ships.").first()).toBeVisible();
});
