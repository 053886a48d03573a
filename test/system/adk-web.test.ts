import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { AdkPage } from "../support/adk-page.ts";
import { openRecognizer, type TestRecognizer } from "../support/recognizer.ts";
import { startParley, type Parley } from "../support/parley.ts";
import { clipSamples } from "../support/wavs.ts";
import { letterErrorRate, wordErrorRate, words } from "../support/wer.ts";

let parley: Parley;
let listener: TestRecognizer;
let page: AdkPage;

beforeAll(async () => {
  [parley, listener] = await Promise.all([startParley(), openRecognizer()]);
  page = new AdkPage(parley.url);
});

afterAll(async () => {
  await Promise.all([parley.stop(), listener.close()]);
});

// Its answer is the same at every time of day.
const asked = "what is my name";

const samples = (pieces: readonly Uint8Array[]): Int16Array => {
  const bytes = Buffer.concat(pieces);
  return new Int16Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 2);
};

const textIn = (kind: "words" | "transcript", role: "user" | "bot") =>
  page.rows.filter((row) => row.kind === kind && row.role === role).map(({ text }) => text);

describe("[ADKWEB1] ADK's page gets the responses that its code reads", () => {
  it("lists the agents, selects one, and chats by text in a session of its own", async () => {
    expect(await page.load()).toContain("assistant");
    await page.select("assistant");
    await page.createSession("What is two plus two?");
    expect(await page.list()).toEqual(["What is two plus two?"]);
    await page.send("What is two plus two?", true);
    expect(textIn("words", "bot").join()).toMatch(/four|4/);
    expect(page.played).toEqual([]);
    const picture = { displayName: "a.jpg", mimeType: "image/jpeg", data: "/9j/4AAQSkZJRg==" };
    await page.send("What time is it in Paris?", false, [{ inlineData: picture }]);
    expect(textIn("words", "bot").join()).toContain("Paris");
    expect(page.rows.every(({ partial }) => !partial)).toBe(true);
    const spans = await page.traces();
    expect(spans.filter(({ name }) => name === "call_llm")).toHaveLength(2);
  });

  it("converses by microphone: both sides are heard and transcribed", async () => {
    const call = await page.connect("AUDIO", "&save_live_blob=true");
    await page.speak(clipSamples("espeak-which-name.wav")).spoken;
    await call.next(({ turnComplete }) => turnComplete === true);
    expect(words(textIn("transcript", "user").join(" "))).toEqual(words(asked));
    const [answer = ""] = textIn("transcript", "bot");
    expect(answer).toContain("your name");
    const recognised = await listener.transcribe(samples(page.played), 24_000);
    expect(letterErrorRate(answer, recognised), recognised).toBeLessThanOrEqual(0.25);
  });

  it("sends text during the call: the answer is heard there and shown once", async () => {
    page.sendImage(Buffer.from("/9j/4AAQSkZJRg==", "base64"));
    const before = page.played.length;
    await page.send("What time is it in Tokyo?", true);
    const shown = page.rows.filter(({ role, text }) => role === "bot" && text.includes("Tokyo"));
    expect(shown).toHaveLength(1);
    expect(page.played.length).toBeGreaterThan(before);
  });

  it.each(["/run_sse", "/run"] as const)(
    "[RUN25] stops a run of %s: the next one follows at once",
    async (path) => {
      const stopped = page.stopped;
      await page.sendAndStop(path, "Tell me a long story.");
      expect(page.stopped).toBeGreaterThan(stopped);
      const since = Date.now();
      const answer = await page.send("What is two plus two?");
      // The story takes a minute to speak.
      expect(Date.now() - since).toBeLessThan(15_000);
      // Not the newest row: an answer takes the place of deltas that were cut off.
      expect(JSON.stringify(answer.map(({ content }) => content))).toMatch(/four|4/);
    },
  );

  it("interrupts, hangs up, and finds everything in the session", async () => {
    const story = page.send("Tell me a long story.");
    const played = page.played.length;
    while (page.played.length === played) await new Promise((resolve) => setTimeout(resolve, 20));
    await page.speak(clipSamples("espeak-stop.wav")).spoken;
    await story;
    expect(page.stopped).toBeGreaterThan(0);
    expect((await page.hangUp()).reason).toBe("");
    const { events, state } = await page.loadSession();
    expect(state).toMatchObject({ __session_metadata__: { displayName: "What is two plus two?" } });
    const ids = events.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(events.some(({ interrupted }) => interrupted)).toBe(true);
    expect(JSON.stringify(events)).not.toContain("inlineData");
    expect((await page.traces()).length).toBeGreaterThan(6);
  });

  it("[RUN23] converses by microphone and camera: the answer is heard", async () => {
    const call = await page.connect("VIDEO");
    const played = page.played.length;
    page.sendImage(Buffer.from("/9j/4AAQSkZJRg==", "base64"));
    await page.speak(clipSamples("espeak-paris.wav")).spoken;
    await call.next(({ turnComplete }) => turnComplete === true);
    expect(page.played.length).toBeGreaterThan(played);
    expect(textIn("transcript", "bot").at(-1)).toContain("Paris");
    expect((await page.hangUp()).reason).toBe("");
  });

  it("plays saved audio, renames the session, and deletes it", async () => {
    const { events } = await page.loadSession();
    const [file] = events.flatMap(
      ({ content }) => content?.parts?.flatMap(({ fileData }) => fileData ?? []) ?? [],
    );
    const name = file?.fileUri?.split("/").at(-1)?.split("#")[0] ?? "";
    const path = `${page.sessions}/${page.session}`;
    const saved = (await page.json(`${path}/artifacts/${name}`)) as {
      inlineData: { data: string; mimeType: string };
    };
    expect(saved.inlineData.mimeType).toBe("audio/pcm;rate=16000");
    const pcm = Buffer.from(saved.inlineData.data, "base64url");
    const kept = await listener.transcribe(samples([pcm]), 16_000);
    expect(wordErrorRate(asked, kept)).toBeLessThanOrEqual(0.2);
    const named = { __session_metadata__: { displayName: "Sums" } };
    await page.json(path, "PATCH", { stateDelta: named });
    expect(await page.list()).toEqual(["Sums"]);
    expect(await page.json(path, "DELETE")).toBe(null);
    expect(await page.list()).toEqual([]);
  });
});
