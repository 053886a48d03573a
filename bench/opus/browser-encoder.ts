/** The page's encoder: Chromium's own codec with the page's settings. */
import { join } from "node:path";
import { chromium } from "@playwright/test";
import { build } from "esbuild";
import { findChromium } from "../../test/support/chromium.ts";

export interface BrowserEncoder {
  /** @param samples mono, 16 kHz. @returns packets in order. */
  encode(samples: Int16Array): Promise<Uint8Array[]>;
  close(): Promise<void>;
}

const root = join(import.meta.dirname, "../..");
/** WebCodecs need an origin that the browser trusts. Nothing listens there. */
const origin = "http://localhost/";

/** @returns undefined where Chromium is missing. */
export async function openBrowserEncoder(): Promise<BrowserEncoder | undefined> {
  const executablePath = findChromium();
  if (executablePath === undefined) return undefined;
  const browser = await chromium.launch({ executablePath });
  const script = await bundle();
  const page = await browser.newPage();
  await page.route(origin, (route) => route.fulfill({ contentType: "text/html", body: "" }));
  await page.goto(origin);
  await page.addScriptTag({ content: script });
  return {
    async encode(samples) {
      const bytes = new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength);
      const packets = await page.evaluate<string[]>(`encode("${bytes.toBase64()}")`);
      return packets.map((packet) => Uint8Array.fromBase64(packet));
    },
    close: () => browser.close(),
  };
}

async function bundle(): Promise<string> {
  const { outputFiles } = await build({
    stdin: { contents: page, resolveDir: root, loader: "ts" },
    write: false,
    bundle: true,
    format: "iife",
    target: "esnext",
  });
  return outputFiles[0]?.text ?? "";
}

/** Frames of 40 ms, as the page's microphone has them. */
const page = `
  import { findOpusCodecs } from "./packages/client/src/audio/opus.ts";
  globalThis.encode = async (base64) => {
    const codecs = await findOpusCodecs();
    if (!codecs) throw new Error("the browser has no Opus");
    const packets = [];
    let failed = false;
    const encoder = codecs.createEncoder(
      (packet) => packets.push(new Uint8Array(packet).toBase64()),
      () => (failed = true),
    );
    const pcm = Uint8Array.fromBase64(base64);
    for (let at = 0; at < pcm.length; at += 1_280) encoder.encode(pcm.slice(at, at + 1_280).buffer);
    await encoder.flush();
    encoder.close();
    if (failed) throw new Error("the browser's encoder failed");
    return packets;
  };
`;
