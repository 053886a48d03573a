import { expect, it } from "vitest";
import { outputLatencyMs } from "../../../packages/client/src/audio/output-latency.ts";

const context = { outputLatency: 0.025 };

it("[AUDIO41] reads no output latency in Firefox on Linux, where the page may stop for good", () => {
  const locked = {
    get outputLatency(): number {
      throw new Error("the main thread waits for ever");
    },
  };
  const firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:153.0) Gecko/20100101 Firefox/153.0";
  expect(outputLatencyMs(locked, firefox)).toBe(0);
});

it("[AUDIO41] reads the output latency of the others, and takes 0 where there is none", () => {
  const chromium =
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36";
  const firefox =
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:153.0) Gecko/20100101 Firefox/153.0";
  expect(outputLatencyMs(context, chromium)).toBe(25);
  expect(outputLatencyMs(context, firefox)).toBe(25);
  expect(outputLatencyMs({}, chromium)).toBe(0);
});
