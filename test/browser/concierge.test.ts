/**
 * A spoken conversation with the concierge agent: a question, product tiles, an answer that names them, and an
 * interruption. The emulator follows a scenario, so that it contains nothing about the shop.
 */
import { readScenario } from "../../src/emulator/core/scenario.ts";
import { startEmulator } from "../../src/emulator/node/start.ts";
import { openRecognizer } from "../support/recognizer.ts";
import { startParley } from "../support/parley.ts";
import { clipSamples } from "../support/wavs.ts";
import { letterErrorRate } from "../support/wer.ts";
import { startConversation } from "./support/conversation.ts";
import { recording, tapRate } from "./support/tap.ts";
import { expect, test } from "./support/test.ts";

test.use({ tapped: true });
test.describe.configure({ timeout: 180_000 });

const micRate = 16_000;
const silence = (seconds: number): Int16Array => new Int16Array(seconds * micRate);

const firstAnswer = "I found some for you. The first is a Pink Dancing People Mug.";
const rest =
  "The second is red, and costs the same. The third is blue, and it is the cheapest of them all. Every one of them is made of stoneware, holds a good cup of tea or coffee, and may go into the machine when you are done. Tell me which one you like the most, and I will put it into your cart for you, or I can look for something quite different.";
const cheaperAnswer =
  "Here is something cheaper. It is the Blue Dancing People Mug, and it costs twelve dollars.";

const scenario = readScenario({
  lines: [
    {
      // Matches one word only: on a busy machine the fake microphone drops samples. The page's transcript is checked below.
      when: { words: "people|mug" },
      steps: [{ call: [{ name: "find_items", args: { query: "mug with dancing people" } }] }],
    },
    { when: { toolResponse: "find_items" }, steps: [{ say: `${firstAnswer} ${rest}` }] },
    {
      when: { words: "cheap|something" },
      steps: [{ call: [{ name: "find_items", args: { query: "", refine: true, max_price: 13 } }] }],
    },
    { when: { toolResponse: "find_items" }, steps: [{ say: cheaperAnswer }] },
  ],
});

test("[PAGE82] a spoken request shows product tiles and an answer that names them; an interruption refines the search", async ({
  page,
  microphone,
}) => {
  const emulator = await startEmulator({ scenario });
  const parley = await startParley({ settings: { LIVE_API_URL: emulator.url } });
  try {
    const clips = [clipSamples("espeak-mug.wav"), silence(14), clipSamples("espeak-cheaper.wav")];
    microphone.record(Int16Array.from(clips.flatMap((clip) => [...clip])), micRate);
    const url = `http://localhost:${parley.port}/?agent=concierge&session=mugs`;
    const { bubbles } = await startConversation(page, { url });
    const question = bubbles.filter({ hasText: /You:/ }).first();
    await expect(question).toContainText(/people/i, { timeout: 30_000 });
    const tiles = page.getByRole("list", { name: "Things shown" }).getByRole("listitem");
    await expect(tiles).toHaveCount(3, { timeout: 30_000 });
    for (const tile of await tiles.all()) await expect(tile).toContainText("Dancing People Mug");
    await expect(bubbles.filter({ hasText: /Agent:.*Pink Dancing People Mug/s })).toHaveCount(1, {
      timeout: 30_000,
    });

    await expect(bubbles.filter({ hasText: /Agent:.*interrupted/s })).toHaveCount(1, {
      timeout: 60_000,
    });
    await expect(tiles).toHaveCount(1, { timeout: 30_000 });
    await expect(tiles).toContainText("Blue Dancing People Mug");
    await expect(bubbles.last()).toContainText(cheaperAnswer, { timeout: 30_000 });
    await expect(page.getByText("Listening")).toBeVisible({ timeout: 30_000 });

    const { samples, marks } = await recording(page);
    const interruptedAt = marks.find(({ kind }) => kind === "interrupted")?.at ?? 0;
    const recognizer = await openRecognizer(emulator.speech);
    const first = await recognizer.transcribe(samples.slice(0, interruptedAt), tapRate);
    const second = await recognizer.transcribe(samples.slice(interruptedAt), tapRate);
    // The interruption comes at any point of the rest: the first sentence was spoken before.
    const spoken = first.split(" ").slice(0, firstAnswer.split(" ").length).join(" ");
    expect(letterErrorRate(firstAnswer, spoken), `recognised as "${first}"`).toBeLessThanOrEqual(
      0.4,
    );
    expect(letterErrorRate(cheaperAnswer, second), `recognised as "${second}"`).toBeLessThanOrEqual(
      0.5,
    );
  } finally {
    // A page that loses its server logs an error, which would fail the test.
    await page.goto("about:blank");
    await parley.stop();
    await emulator.close();
  }
});
