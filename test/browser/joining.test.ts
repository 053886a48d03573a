/** Conversations that are under way: second tabs, links, listeners, reloads. */
import { startConversation } from "./support/conversation.ts";
import { expect, test } from "./support/test.ts";

const story = { outputTranscription: { text: "Once upon a time.", finished: true } };

test("[PAGE130] a second tab of a conversation connects by itself and shows what was said", async ({
  page,
  context,
  fakeServer,
}) => {
  await startConversation(page, fakeServer);
  fakeServer.sendEvent(story);
  const second = await context.newPage();
  await second.goto(fakeServer.url);
  await expect(second.getByText("Once upon a time.").first()).toBeVisible();
  await expect(second.getByRole("button", { name: "Resume" })).toBeVisible();
  // Another conversation of the same browser is none of its business.
  const other = await context.newPage();
  await other.goto(`${fakeServer.url}/?session=another`);
  await expect(other.getByRole("button", { name: "Start talking" })).toBeVisible();
  await expect(other.getByText("Once upon a time.")).toHaveCount(0);
});

test("[PAGE130] a link to a session that the server has connects by itself, one to a new session waits", async ({
  page,
  fakeServer,
}) => {
  fakeServer.sessions = ["known"];
  fakeServer.sendEvent(story);
  await page.goto(`${fakeServer.url}/?user=ann&session=new`);
  await expect(page.getByText("gemini-3.8-live")).toBeVisible();
  await expect(page.getByText("Say something.")).toBeVisible();
  await page.goto(`${fakeServer.url}/?user=ann&session=known`);
  await expect(page.getByText("Once upon a time.").first()).toBeVisible();
  expect(fakeServer.requestedUrls).toEqual([expect.stringContaining("/ws/ann/known")]);
});

test("[PAGE130] a listener connects by itself, is offered to listen, and can neither type nor show", async ({
  page,
  fakeServer,
}) => {
  fakeServer.participants = [
    { id: "p1", role: "listener" },
    { id: "p2", role: "speaker" },
  ];
  fakeServer.sendEvent(story);
  await page.goto(`${fakeServer.url}/?role=listener&user=ann&session=one`);
  await expect(page.getByText("Once upon a time.").first()).toBeVisible();
  await expect(page.getByRole("textbox", { name: "Message" })).toBeDisabled();
  await expect(page.getByPlaceholder("You only listen here")).toBeVisible();
  const camera = page.getByRole("button", { name: "Camera" });
  await expect(camera).toBeDisabled();
  await expect(camera).toHaveAttribute("title", /You only listen here/);
  await page.getByRole("button", { name: "Listen" }).click();
  fakeServer.sendTone(1);
  await expect(page.getByText("Speaking")).toBeVisible();
});

test("[PAGE131] after a reload in mid-answer a tap plays the rest", async ({
  page,
  fakeServer,
}) => {
  await startConversation(page, fakeServer);
  fakeServer.sendEvent({ partial: true, outputTranscription: { text: "Once ", finished: false } });
  fakeServer.sendTone(1);
  await expect(page.getByText("Speaking")).toBeVisible();
  await page.reload();
  await expect(page.getByText("Tap to resume")).toBeVisible();
  fakeServer.sendTone(2);
  fakeServer.sendEvent({ partial: true, outputTranscription: { text: "upon", finished: false } });
  await expect(page.getByText("Once upon").first()).toBeVisible();
  await page.getByRole("button", { name: "Resume" }).click();
  await expect(page.getByText("Speaking")).toBeVisible();
  // The microphone was on before the reload.
  await expect(page.getByText("Listening")).toBeVisible();
});

test("[PAGE129] each participant has a name of its own on an operator's page", async ({
  page,
  fakeServer,
}) => {
  const ann = { id: "p2", role: "speaker" } as const;
  fakeServer.participants = [{ id: "p1", role: "operator" }, ann];
  const { bubbles } = await startConversation(page, {
    url: `${fakeServer.url}/?role=operator&user=ann`,
  });
  fakeServer.sendUnlogged({ type: "presence", change: "speaking", participant: ann });
  fakeServer.sendUnlogged({ type: "presence", change: "silent", participant: ann });
  fakeServer.sendEvent({ inputTranscription: { text: "Send 80 euros.", finished: true } });
  fakeServer.sendEvent({ outputTranscription: { text: "One moment.", finished: true } });
  fakeServer.sendEvent({ turnComplete: true });
  await page.getByRole("textbox", { name: "Message" }).fill("Wait.");
  await page.keyboard.press("Enter");
  await expect(bubbles).toHaveText([/Ann: Send 80 euros\./, "Agent: One moment.", "You: Wait."]);
});
