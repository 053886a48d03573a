import { describe, expect, it, vi } from "vitest";
import { CallControl } from "../../src/agent/runtime/call-control.ts";
import { agent } from "../../src/agent/agent.ts";
import { endCall, sendDtmf, transferCall } from "../../src/agent/phone.ts";
import { dtmfTones } from "../../src/wire/dtmf.ts";
import { fromMulaw, phoneSampleRate } from "../../src/wire/mulaw.ts";
import { scriptedPorts } from "../support/scripted.ts";
import { running } from "./tool-runner-harness.ts";

/** The power of one frequency in samples (Goertzel). */
function power(samples: Float32Array, hertz: number): number {
  const coefficient = 2 * Math.cos((2 * Math.PI * hertz) / phoneSampleRate);
  let [one, two] = [0, 0];
  for (const sample of samples) [one, two] = [sample + coefficient * one - two, one];
  return (one * one + two * two - coefficient * one * two) / samples.length;
}

const rows = [697, 770, 852, 941];
const columns = [1209, 1336, 1477, 1633];
const strongest = (samples: Float32Array, all: readonly number[]) =>
  all.toSorted((a, b) => power(samples, b) - power(samples, a));

describe("[PHONE17] send_dtmf presses keys by the tones of the telephone network", () => {
  it.each("123A456B789C*0#D".split(""))("the tones of %s stand 20 dB above all others", (key) => {
    const at = "123A456B789C*0#D".indexOf(key);
    // 40 ms from the middle: a receiver needs no more.
    const tone = fromMulaw(dtmfTones(key)).subarray(400, 720);
    for (const [all, index] of [
      [rows, Math.floor(at / 4)],
      [columns, at % 4],
    ] as const) {
      const [first = 0, second = 0] = strongest(tone, all);
      expect(first).toBe(all[index]);
      expect(power(tone, first) / power(tone, second)).toBeGreaterThan(100);
    }
  });

  it("a silence separates equal keys, and w waits half a second", () => {
    const ms = (digits: string) => dtmfTones(digits).length / 8;
    expect(ms("11")).toBe(480);
    expect(ms("1w1") - ms("11")).toBe(500);
    expect(dtmfTones("11").subarray(160 * 8, 240 * 8)).toEqual(new Uint8Array(640).fill(0xff));
  });
});

describe("[PHONE16] transfer_call connects the caller to a telephone that the author allowed", () => {
  it("shows the model names and no numbers", () => {
    const tool = transferCall({
      targets: { support: "+14155550100", desk: "sip:desk@example.com" },
    });
    const declared = JSON.stringify({ ...tool.arguments, description: tool.description });
    expect(declared).toContain("support");
    expect(declared).not.toContain("4155550100");
    expect(tool.arguments.parse({ to: "+19005550100" })).toHaveProperty("error");
  });

  it.each([["+1"], ["555-0100"], ["tel:+14155550100"], ["sip:"], ["https://example.com"], [""]])(
    "refuses the target %j when the agent is declared",
    (target) => {
      expect(() => transferCall({ targets: { desk: target } })).toThrow(/"desk" must be a number/);
    },
  );

  it("refuses an empty list of targets", () => {
    expect(() => transferCall({ targets: {} })).toThrow("at least one target");
  });

  it("an author's own tool cannot transfer to something else", () => {
    const control = new CallControl(scriptedPorts().clock);
    control.attach(fakeLine());
    const { signal } = new AbortController();
    expect(() => control.call?.transfer("911", "police", signal)).toThrow(/no telephone number/);
  });
});

describe("[PHONE15] the tools of the telephone answer outside of a phone call that there is none", () => {
  it.each([
    ["end_call", {}],
    ["transfer_call", { to: "support" }],
    ["send_dtmf", { digits: "1" }],
  ])("%s", async (name, args) => {
    const tools = [endCall(), transferCall({ targets: { support: "+14155550100" } }), sendDtmf()];
    expect(() => agent({ name: "ada", model: "m", tools })).not.toThrow();
    const { call, responses } = running(...tools);
    vi.useFakeTimers();
    await call(name, args);
    vi.useRealTimers();
    expect(responses()).toEqual([
      {
        id: "call_1",
        error: "There is no phone call: this conversation is not on the telephone.",
      },
    ]);
  });
});

describe("[PHONE18] a request to end a call is carried out in time, whatever the marks", () => {
  it("ends the call when marks are lost, three seconds after the audio", async () => {
    const { clock } = scriptedPorts();
    const line = fakeLine(2_000);
    const control = new CallControl(clock);
    control.attach(line);
    const outcome = control.call?.hangUp(new AbortController().signal);
    await clock.advance(4_999);
    expect(line.hungUp).toBe(false);
    await clock.advance(1);
    expect(await outcome).toBe("done");
    await clock.advance(0);
    expect(line.hungUp).toBe(true);
  });

  it("ends the call of an agent that says no goodbye, after ten seconds", async () => {
    const { clock } = scriptedPorts();
    const line = { ...fakeLine(0), hasSpoken: false };
    const control = new CallControl(clock);
    control.attach(line);
    expect(await control.call?.hangUp(new AbortController().signal)).toBe("speak first");
    await clock.advance(9_999);
    expect(line.hungUp).toBe(false);
    await clock.advance(1);
    await clock.advance(0);
    expect(line.hungUp).toBe(true);
  });

  it("a cancelled call of the tool ends nothing", async () => {
    const { clock } = scriptedPorts();
    const line = fakeLine(2_000);
    const control = new CallControl(clock);
    control.attach(line);
    const abort = new AbortController();
    const outcome = control.call?.hangUp(abort.signal);
    abort.abort();
    expect(await outcome).toBe("interrupted");
    await clock.advance(60_000);
    expect(line.hungUp).toBe(false);
  });
});

function fakeLine(unplayedMs = 0) {
  return {
    isConnected: true,
    hasSpoken: true,
    unplayedMs,
    hungUp: false,
    flush: () => undefined,
    hangUp(): void {
      this.hungUp = true;
    },
    dial: () => undefined,
    press: () => undefined,
  };
}
