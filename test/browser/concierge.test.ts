/**
 * The concierge, spoken with: a microphone that asks, tiles that come, an answer that names them, and an
 * interruption. The brain reads a script, so that the emulator knows nothing of the shop.
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

const named = "I found some for you. The first is a Pink Dancing People Mug.";
const more =
  "The second is red, and costs the same. The third is blue, and it is the cheapest of them all. Every one of them is made of stoneware, holds a good cup of tea or coffee, and may go into the machine when you are done. Tell me which one you like the most, and I will put it into your cart for you, or I can look for something quite different.";
const cheaper =
  "Here is something cheaper. It is the Blue Dancing People Mug, and it costs twelve dollars.";

const scenario = readScenario({
  lines: [
    {
      // Whatever a busy machine's fake microphone makes of it: that it was understood is checked on the page.
      when: { words: "people|mug" },
      steps: [{ call: [{ name: "find_items", args: { query: "mug with dancing people" } }] }],
    },
    { when: { toolResponse: "find_items" }, steps: [{ say: `${named} ${more}` }] },
    {
      when: { words: "cheap|something" },
      steps: [{ call: [{ name: "find_items", args: { query: "", refine: true, max_price: 13 } }] }],
    },
    { when: { toolResponse: "find_items" }, steps: [{ say: cheaper }] },
  ],
});

test("[PAGE82] a mug with dancing people, spoken: tiles, an answer that names them, and something cheaper", async ({
  page,
  microphone,
}) => {
  const emulator = await startEmulator({ scenario });
  const parley = await startParley({ settings: { LIVE_API_URL: emulator.url } });
  try {
    const pieces = [clipSamples("espeak-mug.wav"), silence(14), clipSamples("espeak-cheaper.wav")];
    microphone.record(Int16Array.from(pieces.flatMap((piece) => [...piece])), micRate);
    const url = `http://localhost:${parley.port}/?agent=concierge&session=mugs`;
    const { bubbles } = await startConversation(page, { url });
    const asked = bubbles.filter({ hasText: /You:/ }).first();
    await expect(asked).toContainText(/people/i, { timeout: 30_000 });
    const tiles = page.getByRole("list", { name: "Things shown" }).getByRole("listitem");
    await expect(tiles).toHaveCount(3, { timeout: 30_000 });
    for (const tile of await tiles.all()) await expect(tile).toContainText("Dancing People Mug");
    await expect(bubbles.filter({ hasText: "Pink Dancing People Mug" })).toHaveCount(1, {
      timeout: 30_000,
    });

    await expect(bubbles.filter({ hasText: /Agent:.*interrupted/s })).toHaveCount(1, {
      timeout: 60_000,
    });
    await expect(tiles).toHaveCount(1, { timeout: 30_000 });
    await expect(tiles).toContainText("Blue Dancing People Mug");
    await expect(bubbles.last()).toContainText(cheaper, { timeout: 30_000 });
    await expect(page.getByText("Listening")).toBeVisible({ timeout: 30_000 });

    const { samples, marks } = await recording(page);
    const cut = marks.find(({ kind }) => kind === "interrupted")?.at ?? 0;
    const listener = await openRecognizer(emulator.speech);
    const first = await listener.transcribe(samples.slice(0, cut), tapRate);
    const second = await listener.transcribe(samples.slice(cut), tapRate);
    // It was cut somewhere in the middle: what names the thing was spoken before.
    const spoken = first.split(" ").slice(0, named.split(" ").length).join(" ");
    expect(letterErrorRate(named, spoken), `heard as "${first}"`).toBeLessThanOrEqual(0.4);
    expect(letterErrorRate(cheaper, second), `heard as "${second}"`).toBeLessThanOrEqual(0.5);
  } finally {
    // A page whose server goes away says so on the console.
    await page.goto("about:blank");
    await parley.stop();
    await emulator.close();
  }
});
