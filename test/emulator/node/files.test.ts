import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { parseRecording } from "../../../src/emulator/core/recording.ts";
import { readArguments } from "../../../src/emulator/node/arguments.ts";
import { readRecordingFile, readScenarioFile } from "../../../src/emulator/node/files.ts";
import { helpText } from "../../../src/emulator/node/help.ts";
import { openRecorder } from "../../../src/emulator/node/recorder.ts";
import { startReplay } from "../../../src/emulator/node/replay.ts";
import { Client } from "../../support/client.ts";
import { type Received, outputTranscript } from "../client.ts";
import { path as live, session } from "./shell.ts";

let folder: string;
beforeAll(async () => (folder = await mkdtemp(join(tmpdir(), "emulator-"))));
afterAll(() => rm(folder, { recursive: true }));

async function file(name: string, text: string): Promise<string> {
  await writeFile(join(folder, name), text);
  return join(folder, name);
}

describe("the command line", () => {
  it("[EMUS37] every option is explained and parsed", () => {
    const read = readArguments(
      "--port 1 --host h --tls --profile gemini-3.8-live --script s --seed 2 --speed 2.5 --record r --text-frames --compact-frames --help".split(
        " ",
      ),
      {},
    );
    expect(read).toEqual({
      port: 1,
      host: "h",
      tls: true,
      profile: "gemini-3.8-live",
      script: "s",
      seed: 2,
      speed: 2.5,
      record: "r",
      textFrames: true,
      compactFrames: true,
      help: true,
    });
    expect(readArguments(["--replay", "x"], {}).replay).toBe("x");
    const dashed = (name: string) => `--${name.replace("F", "-f")}`;
    for (const name of [...Object.keys(read), "replay"]) expect(helpText).toContain(dashed(name));
  });

  it.each([
    ["--speed 0", 'The speed must be a number above 0, not "0".'],
    ["--speed fast", 'The speed must be a number above 0, not "fast".'],
    ["--replay a --script b", "--script has no meaning with --replay."],
    ["--profile x", /there is gemini-3\.8-live, gemini-3\.8-live-extended-thinking, /],
  ])("[EMUS37] %s is refused in one sentence", (line, sentence) => {
    expect(() => readArguments(line.split(" "), {})).toThrow(sentence);
  });
});

describe("files", () => {
  it.each([
    ["{", /^.*bad\.json: that is not JSON: .+\.$/],
    ['{"lines": [{}]}', /^.*bad\.json: Line 1 must have "steps", a list\.$/],
  ])("[EMUS37] a script that is %s is refused in one sentence that names it", async (text, why) => {
    await expect(readScenarioFile(await file("bad.json", text))).rejects.toThrow(why);
  });

  it("[EMUS37] the error for a missing file or a folder names it", async () => {
    await expect(readScenarioFile(join(folder, "none"))).rejects.toThrow(
      "none: there is no such file",
    );
    await expect(readScenarioFile(folder)).rejects.toThrow(": that is a folder.");
    await expect(openRecorder(join(folder, "no", "where"), () => {})).rejects.toThrow(
      "where: there is no such file, or no such folder.",
    );
  });

  it("[EMUS39] an empty or malformed recording is refused", async () => {
    await expect(readRecordingFile(await file("r", '{"a":1}\n'))).rejects.toThrow(
      "r: Line 1 is not of a recording.",
    );
    await expect(readRecordingFile(await file("r", "\n"))).rejects.toThrow(
      "r: nothing is recorded in it.",
    );
  });
});

const hello = { serverContent: { outputTranscription: { text: "Hello." } } };
const recordedSession = (label: string) => [
  { connection: 1, ms: 0, open: live },
  { connection: 1, ms: 1, client: { setup: {} } },
  { connection: 1, ms: 2, server: { setupComplete: {} } },
  { connection: 1, ms: 3, client: { realtimeInput: { text: "hi" } } },
  { connection: 1, ms: 4, server: { ...hello, usageMetadata: { word: label } } },
];

describe("recordings", () => {
  it("[EMUS38] append to the file, and are complete once closed", async () => {
    const path = join(folder, "session.jsonl");
    for (const label of ["one", "two"]) {
      const recorder = await openRecorder(path, () => {});
      for (const entry of recordedSession(label)) recorder.write(entry);
      await recorder.close();
      recorder.write({ connection: 9, ms: 0, open: "/late" });
    }
    const text = await readFile(path, "utf8");
    expect(parseRecording(text)).toEqual([...recordedSession("one"), ...recordedSession("two")]);
  });

  it("[EMUS39] replay connection by connection, over several runs", async () => {
    const { url, close } = await startReplay({
      recording: [...recordedSession("one"), ...recordedSession("two")],
    });
    onTestFinished(close);
    expect((await fetch(`${url}/_emulator/health`)).status).toBe(200);
    const wrong = new Client(`${url.replace("http", "ws")}/elsewhere`);
    await expect(wrong.opened).rejects.toThrow("404");
    for (const label of ["one", "two"]) {
      const client: Client<Received> = await session(url);
      await client.send({ realtimeInput: { text: "hi" } });
      const reply = await client.next(({ serverContent }) => serverContent !== undefined);
      expect(outputTranscript([reply])).toBe("Hello.");
      expect(reply.usageMetadata).toEqual({ word: label });
      await client.close();
    }
  });
});
