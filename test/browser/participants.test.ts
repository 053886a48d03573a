/** Other participants in the conversation, and changes of the active agent. */
import { isAudio, tone } from "./support/fake-server.ts";
import { startConversation } from "./support/conversation.ts";
import { expect, test } from "./support/test.ts";

const bob = { id: "p2", role: "listener" } as const;

for (const [width, height] of [
  [390, 844],
  [1280, 800],
] as const)
  for (const colorScheme of ["light", "dark"] as const)
    test.describe(`at ${width} px, ${colorScheme}`, () => {
      test.use({ viewport: { width, height }, colorScheme });

      test("[PAGE35] [PAGE38] the page shows the number of participants, and the name of an agent after a transfer", async ({
        page,
        fakeServer,
      }) => {
        fakeServer.health = {
          ...fakeServer.health,
          agents: [{ name: "dice" }, { name: "night_clerk" }],
        };
        const { bubbles } = await startConversation(page, fakeServer);
        await expect(page.getByText(/\d here/)).toHaveCount(0);
        fakeServer.sendUnlogged({ type: "presence", change: "joined", participant: bob });
        const count = page.getByText("2 here");
        await expect(count).toBeVisible();
        await expect(count).toHaveAttribute("title", "You, speaker\nListener");
        fakeServer.sendEvent({ inputTranscription: { text: "Is 17 prime?", finished: true } });
        fakeServer.sendEvent({
          outputTranscription: { text: "I ask my colleague.", finished: true },
        });
        fakeServer.sendEvent({ turnComplete: true });
        fakeServer.sendEvent({ author: "primes", agentChanged: { from: "dice", to: "primes" } });
        fakeServer.sendEvent({
          outputTranscription: { text: "Seventeen is prime.", finished: true },
        });
        await expect(bubbles).toHaveText([
          "You: Is 17 prime?",
          /Dice: I ask my colleague\./,
          /Primes: Seventeen is prime\./,
        ]);
        await page.screenshot({
          path: test.info().outputPath(`participants-${width}-${colorScheme}.png`),
        });
        fakeServer.sendUnlogged({ type: "presence", change: "left", participant: bob });
        await expect(count).toHaveCount(0);
      });
    });

test("[PAGE36] when an operator mutes the page, it says so and sends no audio", async ({
  page,
  fakeServer,
  microphone,
}) => {
  microphone.record(tone(20, 300, 16_000), 16_000);
  await startConversation(page, fakeServer);
  await expect.poll(() => fakeServer.frames.filter(isAudio).length).toBeGreaterThan(3);
  const self = { id: "p1", role: "speaker" } as const;
  fakeServer.sendUnlogged({
    type: "presence",
    change: "muted",
    participant: { ...self, muted: "operator" },
  });
  await expect(page.getByText("You are muted")).toBeVisible();
  const before = fakeServer.frames.length;
  fakeServer.sendTone(0.5);
  await expect(page.getByText("Speaking")).toBeVisible();
  await expect(page.getByText("You are muted")).toBeVisible();
  expect(fakeServer.frames).toHaveLength(before);
  fakeServer.sendUnlogged({ type: "presence", change: "unmuted", participant: self });
  await expect(page.getByText("Listening")).toBeVisible();
  await expect.poll(() => fakeServer.frames.length).toBeGreaterThan(before);
});

test("[PAGE36] a page with the listener role does not request the microphone", async ({
  page,
  fakeServer,
}) => {
  fakeServer.participants = [{ id: "p1", role: "listener" }];
  await page.goto(`${fakeServer.url}/?role=listener`);
  await page.getByRole("button", { name: "Listen" }).click();
  await expect(page.getByText("You listen")).toBeVisible();
  expect(fakeServer.requestedUrls[0]).toContain("role=listener");
});

test("[PAGE39] the page shows the suggestions of the chosen agent and sends the one that is pressed", async ({
  page,
  fakeServer,
}) => {
  const agents = [{ name: "guide", suggestions: ["Show me around"] }, { name: "night_clerk" }];
  fakeServer.health = { ...fakeServer.health, agents };
  await page.goto(fakeServer.url);
  const suggestions = page.getByRole("list", { name: "Suggestions" });
  await expect(suggestions.getByRole("button")).toHaveText(["Show me around"]);
  await page.getByRole("combobox", { name: "Agent" }).click();
  await page.getByRole("option", { name: "Night clerk" }).click();
  await expect(suggestions).toHaveCount(0);
  await page.getByRole("combobox", { name: "Agent" }).click();
  await page.getByRole("option", { name: "Guide" }).click();
  await suggestions.getByRole("button", { name: "Show me around" }).click();
  await expect.poll(() => fakeServer.texts).toEqual(["Show me around"]);
});
