/** Others in the conversation: people, and agents that take over. */
import { isSound, tone } from "./support/fake-server.ts";
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

      test("[PAGE35] [PAGE38] who else is here is shown, small; so is the agent that took over", async ({
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
        const here = page.getByText("2 here");
        await expect(here).toBeVisible();
        await expect(here).toHaveAttribute("title", "You, speaker\nlistener");
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
          "Agent: I ask my colleague.",
          /^\s*primes\s*primes:\s*Seventeen is prime\.\s*$/,
        ]);
        await page.screenshot({
          path: test.info().outputPath(`company-${width}-${colorScheme}.png`),
        });
        fakeServer.sendUnlogged({ type: "presence", change: "left", participant: bob });
        await expect(here).toHaveCount(0);
      });
    });

test("[PAGE36] muted by an operator, the page says so and sends no sound", async ({
  page,
  fakeServer,
  microphone,
}) => {
  microphone.record(tone(20, 300, 16_000), 16_000);
  await startConversation(page, fakeServer);
  await expect.poll(() => fakeServer.frames.filter(isSound).length).toBeGreaterThan(3);
  const me = { id: "p1", role: "speaker" } as const;
  fakeServer.sendUnlogged({
    type: "presence",
    change: "muted",
    participant: { ...me, muted: "operator" },
  });
  await expect(page.getByText("You listen")).toBeVisible();
  const before = fakeServer.frames.length;
  fakeServer.sendTone(0.5);
  await expect(page.getByText("Speaking")).toBeVisible();
  await expect(page.getByText("You listen")).toBeVisible();
  expect(fakeServer.frames).toHaveLength(before);
  fakeServer.sendUnlogged({ type: "presence", change: "unmuted", participant: me });
  await expect(page.getByText("Listening")).toBeVisible();
  await expect.poll(() => fakeServer.frames.length).toBeGreaterThan(before);
});

test("[PAGE36] a listener's page asks for no microphone", async ({ page, fakeServer }) => {
  fakeServer.participants = [{ id: "p1", role: "listener" }];
  await page.goto(`${fakeServer.url}/?role=listener`);
  await page.getByRole("button", { name: "Start talking" }).click();
  await expect(page.getByText("You listen")).toBeVisible();
  expect(fakeServer.requestedUrls[0]).toContain("role=listener");
});

test("[PAGE39] each agent suggests its own beginnings, and one that is pressed is said", async ({
  page,
  fakeServer,
}) => {
  const agents = [{ name: "guide", suggestions: ["Show me around"] }, { name: "night_clerk" }];
  fakeServer.health = { ...fakeServer.health, agents };
  await page.goto(fakeServer.url);
  const suggestions = page.getByRole("list", { name: "Suggestions" });
  await expect(suggestions.getByRole("button")).toHaveText(["Show me around"]);
  await page.getByRole("combobox", { name: "Agent" }).selectOption("night_clerk");
  await expect(suggestions).toHaveCount(0);
  await page.getByRole("combobox", { name: "Agent" }).selectOption("guide");
  await suggestions.getByRole("button", { name: "Show me around" }).click();
  await expect.poll(() => fakeServer.texts).toEqual(["Show me around"]);
});
