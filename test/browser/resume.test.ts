/** Resuming a conversation after a reload, a lost server or a lost network. */
import type { Locator, Page } from "@playwright/test";
import { isAudio, tone } from "./support/fake-server.ts";
import { Proxy } from "./support/proxy.ts";
import { startConversation } from "./support/conversation.ts";
import { expect, test } from "./support/test.ts";

const typeIn = async (page: Page, text: string): Promise<void> => {
  await page.getByRole("textbox", { name: "Message" }).fill(text);
  await page.keyboard.press("Enter");
};

const transcript = (text: string, finished = false) => ({
  author: "guide",
  partial: !finished,
  outputTranscription: { text, finished },
});

test("[PAGE44] a reload during an answer reconnects and shows the whole answer once", async ({
  page,
  fakeServer,
}) => {
  const { bubbles } = await startConversation(page, fakeServer);
  await typeIn(page, "Count, please.");
  await expect.poll(() => fakeServer.texts).toHaveLength(1);
  fakeServer.sendEvent(transcript("One, "));
  await expect(bubbles).toHaveText(["You: Count, please.", "Agent: One,"]);
  await page.goto("about:blank");
  fakeServer.sendEvent(transcript("two, "));
  await page.goBack();
  await expect(bubbles).toHaveText(["You: Count, please.", "Agent: One, two,"]);
  fakeServer.sendEvent(transcript("three."));
  fakeServer.sendEvent(transcript("One, two, three.", true));
  fakeServer.sendEvent({ turnComplete: true });
  await expect(bubbles).toHaveText(["You: Count, please.", "Agent: One, two, three."]);
  expect(fakeServer.resumePoints).toEqual([undefined, expect.stringMatching(/^1\.\d+$/)]);
  expect(fakeServer.texts).toHaveLength(1);
  await expect(page.getByText("Connected", { exact: true }).first()).toBeVisible();
});

test("[PAGE43] text queued while disconnected survives a reload and is sent once", async ({
  page,
  fakeServer,
}) => {
  const { bubbles } = await startConversation(page, fakeServer);
  fakeServer.frozen = true;
  fakeServer.drop();
  await typeIn(page, "Still there?");
  await page.reload();
  await expect(bubbles).toHaveText([/Still there\? will be sent/]);
  fakeServer.frozen = false;
  fakeServer.drop();
  await expect(bubbles).toHaveText(["You: Still there?"]);
  await expect.poll(() => fakeServer.texts).toEqual(["Still there?"]);
});

test("[PAGE43] after a reconnect during an answer nothing is duplicated and nothing is missing", async ({
  page,
  fakeServer,
}) => {
  const { bubbles } = await startConversation(page, fakeServer);
  fakeServer.sendEvent(transcript("Once "));
  await expect(bubbles).toHaveText(["Agent: Once"]);
  fakeServer.drop();
  fakeServer.sendEvent(transcript("upon "));
  await expect.poll(() => fakeServer.resumePoints).toHaveLength(2);
  fakeServer.sendUnlogged({ type: "skipped", ms: 3_100 });
  fakeServer.sendEvent(transcript("a time."));
  fakeServer.sendEvent(transcript("Once upon a time.", true));
  await expect(bubbles).toHaveText(["Agent: Once upon a time.", "Missed 3 s of the voice"]);
});

test("[PAGE43] a silent network loss is detected; text typed meanwhile is shown as queued and sent once, in order", async ({
  page,
  context,
  fakeServer,
  expectedErrors,
}) => {
  expectedErrors.push(/ERR_INTERNET_DISCONNECTED/);
  const { bubbles } = await startConversation(page, fakeServer);
  fakeServer.frozen = true;
  await context.setOffline(true);
  await expect(page.getByText("You are offline")).toBeVisible();
  await typeIn(page, "One");
  await typeIn(page, "Two");
  await expect(bubbles).toHaveText([/One will be sent/, /Two will be sent/]);
  fakeServer.sendEvent(transcript("Meanwhile.", true));
  fakeServer.frozen = false;
  await context.setOffline(false);
  await expect.poll(() => fakeServer.texts).toEqual(["One", "Two"]);
  await expect(bubbles).toHaveText(["You: One", "You: Two", "Agent: Meanwhile."]);
  expect(new Set(fakeServer.requestedUrls).size).toBe(1);
});

test("[PAGE37] after the end of an utterance the page sends no audio", async ({
  page,
  fakeServer,
  microphone,
}) => {
  microphone.record(tone(1, 300, 16_000), 16_000);
  await startConversation(page, fakeServer);
  await expect.poll(() => fakeServer.frames.at(-1)).toEqual({ type: "audioEnd" });
  expect(fakeServer.frames.filter(isAudio).length).toBeLessThan(160);
  const before = fakeServer.frames.length;
  fakeServer.sendEvent(transcript("Go on.", true));
  fakeServer.sendTone(0.5);
  await expect(page.getByText("Speaking")).toBeVisible();
  await expect(page.getByText("Listening")).toBeVisible();
  expect(fakeServer.frames).toHaveLength(before);
});

interface LogEvent {
  readonly outputTranscription?: { readonly text: string };
}

/** The transcripts of the answers in the log. */
async function answersIn(page: Page, url: string, session: string): Promise<string[]> {
  const api = `${url}/apps/assistant/users/ann/sessions/${session}`;
  const { events } = (await (await page.request.get(api)).json()) as { events: LogEvent[] };
  return events.flatMap(({ outputTranscription }) => outputTranscription?.text.trim() ?? []);
}

const shownTexts = async (bubbles: Locator): Promise<string[]> =>
  (await bubbles.allTextContents()).map((text) => text.trim().replaceAll(/\s+/g, " "));

test.describe("with a real server", () => {
  test("[PAGE44] after a reload during an answer the page shows what the log has", async ({
    page,
    parley: { url },
  }) => {
    const { bubbles } = await startConversation(page, { url: `${url}/?user=ann&session=reload` });
    await typeIn(page, "Tell me a long story");
    await expect(bubbles.nth(1)).toContainText(/Agent: (\S+ ){6}/);
    await page.reload();
    await expect(page.getByText("Connected", { exact: true }).first()).toBeVisible();
    await typeIn(page, "What time is it in Paris?");
    await expect(bubbles).toHaveCount(4, { timeout: 30_000 });
    const answers = () => answersIn(page, url, "reload");
    await expect.poll(answers, { timeout: 30_000 }).toHaveLength(2);
    const [story = "", time = ""] = await answers();
    await expect(bubbles.nth(3)).toHaveText(`Agent: ${time}`);
    const shown = await shownTexts(bubbles);
    expect(shown[0]).toBe("You: Tell me a long story");
    // The second question interrupted the story: the page shows its beginning, the log may have more of it.
    expect(shown[1]?.replace("Agent: ", "").slice(0, 40)).toBe(story.slice(0, 40));
    expect(shown[2]).toBe("You: What time is it in Paris?");
  });

  test("[PAGE43] after two lost sockets during an answer the page shows it whole and once, as the log has it", async ({
    page,
    parley: { url },
  }) => {
    test.setTimeout(120_000);
    const proxy = await Proxy.open(Number(new URL(url).port));
    const hellos: string[] = [];
    page.on("websocket", (socket) =>
      socket.on("framesent", ({ payload }) => {
        if (String(payload).includes('"hello"')) hellos.push(String(payload));
      }),
    );
    const { bubbles } = await startConversation(page, {
      url: `${proxy.url}/?user=ann&session=lost`,
    });
    await typeIn(page, "Tell me a long story");
    for (const count of [6, 16]) {
      await expect(bubbles.nth(1)).toContainText(new RegExp(`Agent: (\\S+ ){${count}}`));
      proxy.dropConnections();
      const before = hellos.length;
      await expect.poll(() => hellos.length).toBe(before + 1);
    }
    const answers = () => answersIn(page, url, "lost");
    await expect.poll(answers, { timeout: 50_000 }).toHaveLength(1);
    const [story = ""] = await answers();
    // The last words appear with the voice, seconds after the log has them.
    await expect
      .poll(() => shownTexts(bubbles), { timeout: 30_000 })
      .toEqual(["You: Tell me a long story", `Agent: ${story.replaceAll(/\s+/g, " ")}`]);
    expect(hellos.slice(1).every((hello) => hello.includes('"after"'))).toBe(true);
    await page.goto("about:blank");
    await proxy.close();
  });
});
