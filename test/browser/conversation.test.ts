/** How the page shows a conversation. */
import { expect, test } from "./support/test.ts";
import { startConversation } from "./support/conversation.ts";
import { choose } from "./support/page-actions.ts";

test("[PAGE40] captions of both sides grow, are replaced by the finished transcript, and are marked when interrupted", async ({
  page,
  fakeServer,
}) => {
  const { bubbles } = await startConversation(page, fakeServer);
  fakeServer.sendEvent({ partial: true, outputTranscription: { text: "It is ", finished: false } });
  await expect(bubbles).toHaveText(["Agent: It is"]);
  for (const text of ["What time ", "is "])
    fakeServer.sendEvent({
      inputTranscription: { text, finished: false },
      author: "user",
      partial: true,
    });
  await expect(bubbles).toHaveText(["You: What time is", "Agent: It is"]);
  fakeServer.sendEvent({
    inputTranscription: { text: "What time is it?", finished: true },
    author: "user",
  });
  fakeServer.sendEvent({ partial: true, outputTranscription: { text: "ten.", finished: false } });
  await expect(bubbles).toHaveText(["You: What time is it?", "Agent: It is ten."]);
  fakeServer.sendEvent({
    partial: false,
    outputTranscription: { text: "It is ten.", finished: true },
  });
  fakeServer.sendEvent({ interrupted: true });
  await expect(bubbles).toHaveText(["You: What time is it?", /Agent: It is ten\. interrupted/]);
});

test("[PAGE41] typed text opens the connection, and is shown and sent at once", async ({
  page,
  fakeServer,
}) => {
  await page.goto(fakeServer.url);
  await page.getByRole("textbox", { name: "Message" }).fill("  Hello there  ");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("listitem").filter({ hasText: "Hello there" })).toBeVisible();
  await expect.poll(() => fakeServer.texts).toEqual(["Hello there"]);
  await expect(page.getByRole("textbox", { name: "Message" })).toHaveValue("");
  fakeServer.sendEvent({ partial: false, outputTranscription: { text: "Hi.", finished: true } });
  await expect(page.getByRole("listitem")).toHaveText(["You: Hello there", "Agent: Hi."]);
});

test("[PAGE42] the page shows the server's error messages, which can be dismissed", async ({
  page,
  fakeServer,
}) => {
  await startConversation(page, fakeServer);
  fakeServer.sendEvent({ errorCode: "QUOTA_EXCEEDED", errorMessage: "The quota is used up." });
  await expect(page.getByRole("alert")).toHaveText("The quota is used up.");
  await page.getByRole("button", { name: "Dismiss" }).click();
  await expect(page.getByRole("alert")).toBeHidden();
});

test("[PAGE42] the page shows the reason of a final close and does not reconnect", async ({
  page,
  fakeServer,
}) => {
  fakeServer.refusal = { message: "There is no agent of that name here.", code: 1008 };
  await page.goto(`${fakeServer.url}/?agent=nobody`);
  await page.getByRole("button", { name: "Start talking" }).click();
  await expect(page.getByRole("alert")).toHaveText("There is no agent of that name here.");
  await expect(page.getByText("Tap to talk")).toBeVisible();
  expect(fakeServer.requestedUrls).toHaveLength(1);
});

test("[PAGE43] when the server is gone the page says so, reconnects, and delivers queued text", async ({
  page,
  fakeServer,
  expectedErrors,
}) => {
  expectedErrors.push(/WebSocket connection to .* failed/);
  const { bubbles } = await startConversation(page, fakeServer);
  await fakeServer.close();
  await expect(page.getByText("Connection lost")).toBeVisible();
  await page.getByRole("textbox", { name: "Message" }).fill("Are you there?");
  await page.keyboard.press("Enter");
  await expect(bubbles).toHaveText([/Are you there\? will be sent/]);
  await fakeServer.open();
  await expect(page.getByText("Thinking")).toBeVisible();
  await expect.poll(() => fakeServer.texts).toEqual(["Are you there?"]);
  fakeServer.sendEvent({ outputTranscription: { text: "Still here.", finished: true } });
  await expect(bubbles).toHaveText(["You: Are you there?", "Agent: Still here."]);
  await expect(page.getByText("Listening")).toBeVisible();
  expect(new Set(fakeServer.requestedUrls).size).toBe(1);
});

test("[PAGE44] a reload keeps the conversation and its transcript; a new conversation is empty", async ({
  page,
  fakeServer,
}) => {
  const { bubbles } = await startConversation(page, fakeServer);
  fakeServer.sendEvent({
    partial: false,
    outputTranscription: { text: "Remember me.", finished: true },
  });
  await expect(bubbles).toHaveText(["Agent: Remember me."]);
  await page.reload();
  await expect(bubbles).toHaveText(["Agent: Remember me."]);
  await page.getByRole("button", { name: "Resume" }).click();
  await expect.poll(() => fakeServer.requestedUrls.length).toBe(2);
  expect(fakeServer.requestedUrls[1]).toBe(fakeServer.requestedUrls[0]);

  await page.getByRole("button", { name: "New conversation" }).click();
  await expect(bubbles).toHaveCount(0);
  await expect.poll(() => fakeServer.sockets).toBe(0);
  await page.getByRole("button", { name: "Start talking" }).click();
  await expect.poll(() => fakeServer.requestedUrls.length).toBe(3);
  expect(fakeServer.requestedUrls[2]).not.toBe(fakeServer.requestedUrls[0]);
});

test("[PAGE44] the address sets user, session and agent", async ({ page, fakeServer }) => {
  await page.goto(`${fakeServer.url}/?user=ann&session=one&agent=guide`);
  await page.getByRole("button", { name: "Start talking" }).click();
  await expect.poll(() => fakeServer.requestedUrls).toEqual(["/ws/ann/one?agent=guide"]);
});

test("[PAGE45] with several agents the page has a picker, and a chosen agent opens its own connection", async ({
  page,
  fakeServer,
}) => {
  fakeServer.health = {
    upstream: "AI Studio",
    model: "gemini-3.8-live",
    defaultAgent: "guide",
    agents: [{ name: "guide", description: "Shows you around." }, { name: "night_clerk" }],
  };
  await page.goto(fakeServer.url);
  await expect(page.getByText("AI Studio · gemini-3.8-live")).toBeVisible();
  const picker = page.getByRole("combobox", { name: "Agent" });
  await expect(picker).toHaveText("Guide");
  await picker.click();
  const options = page.getByRole("option");
  await expect(options).toHaveText([/Guide.*Shows you around\./, "Night clerk"]);
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await expect(picker).toHaveText("Night clerk");
  await expect(options.first()).toBeHidden();
  await page.getByRole("button", { name: "Start talking" }).click();
  await expect
    .poll(() => fakeServer.requestedUrls)
    .toEqual([expect.stringMatching(/\?agent=night_clerk$/)]);
});

test("[PAGE46] the transcript does not follow its end while the reader has scrolled up; a button returns to it", async ({
  page,
  fakeServer,
}) => {
  const { bubbles } = await startConversation(page, fakeServer);
  const answer = (i: number) => {
    const text = `${i}: ${"text and more text ".repeat(12)}`;
    fakeServer.sendEvent({ outputTranscription: { text, finished: true } });
    fakeServer.sendEvent({ turnComplete: true });
  };
  for (let i = 0; i < 12; i++) answer(i);
  await expect(bubbles.last()).toBeInViewport();
  await page.getByLabel("Transcript").hover();
  await page.mouse.wheel(0, -600);
  await expect(page.getByRole("button", { name: "Latest" })).toBeVisible();
  answer(12);
  await expect(bubbles).toHaveCount(13);
  await expect(bubbles.last()).not.toBeInViewport();
  await page.getByRole("button", { name: "Latest" }).click();
  await expect(bubbles.last()).toBeInViewport();
  await expect(page.getByRole("button", { name: "Latest" })).toBeHidden();
});

test("[PAGE48] between a question and its answer the page shows that it is thinking", async ({
  page,
  fakeServer,
}) => {
  await startConversation(page, fakeServer);
  const question = { inputTranscription: { text: "What time is it?", finished: true } };
  fakeServer.sendEvent(question);
  await expect(page.getByText("Thinking")).toBeVisible();
  fakeServer.sendTone(0.3);
  await expect(page.getByText("Speaking")).toBeVisible();
  fakeServer.sendEvent(question);
  await expect(page.getByText("Listening")).toBeVisible();
  fakeServer.sendEvent({ interrupted: true });
  fakeServer.sendEvent(question);
  await expect(page.getByText("Thinking")).toBeVisible();
  fakeServer.sendEvent({ turnComplete: true });
  await expect(page.getByText("Listening")).toBeVisible();
});

test("[PAGE47] the footer shows the token count of the last turn", async ({ page, fakeServer }) => {
  await startConversation(page, fakeServer);
  fakeServer.sendEvent({
    usageMetadata: { promptTokenCount: 1200, candidatesTokenCount: 34, totalTokenCount: 1234 },
  });
  await page.setViewportSize({ width: 1440, height: 900 });
  await expect(page.locator("footer")).toContainText("Last turn: 1,234 tokens");
  await expect(page.getByText("Last turn:")).toBeVisible();
  await page.setViewportSize({ width: 390, height: 844 });
  await expect(page.getByText("1,234 tokens")).toBeVisible();
});

test("[PAGE162] the footer names the emulator that npm start has started, in the page's language", async ({
  page,
  parley,
}) => {
  await page.setViewportSize({ width: 360, height: 740 });
  await page.goto(parley.url);
  const name = page.getByText("local emulator · gemini-3.8-live");
  await expect(name).toBeVisible();
  expect(await name.evaluate((span) => span.scrollWidth <= span.clientWidth)).toBe(true);
  await choose(page, { language: "zh-Hant" });
  await page.reload();
  await expect(page.getByText("本機模擬器 · gemini-3.8-live")).toBeVisible();
});

test("[PAGE85] a picture in a tool's message is shown", async ({ page, fakeServer }) => {
  await startConversation(page, fakeServer);
  const data =
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";
  fakeServer.sendEvent({
    author: "guide",
    content: {
      role: "user",
      parts: [{ text: "Your seat." }, { inlineData: { mimeType: "image/png", data } }],
    },
  });
  await expect(page.getByText("Your seat.")).toBeVisible();
  const picture = page.getByAltText("A picture from the agent's tool");
  await expect(picture).toBeVisible();
  expect(await picture.evaluate((image: HTMLImageElement) => image.naturalWidth)).toBe(1);
});
