/** A turn by Pipecat's Gemini transport, in Chromium. It has no setting for the address: Google's name leads elsewhere. */
import { once } from "node:events";
import { existsSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { chromium } from "@playwright/test";
import { build } from "esbuild";
import { NAME, type Front } from "./front.ts";
import type { Turn } from "./turn.ts";

export interface Page {
  /** Where its page comes from. */
  readonly origin: string;
  turn(front: Front, apiKey: string, samples: Int16Array): Promise<Turn>;
  close(): void;
}

/** Serves the page; a browser is opened for each turn. */
export async function openPage(): Promise<Page> {
  const script = await bundle();
  const server = createServer((request, response) => {
    const isScript = request.url === "/page.js";
    response.writeHead(200, { "content-type": isScript ? "text/javascript" : "text/html" });
    response.end(isScript ? script : "<!doctype html><script src=/page.js></script>");
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  const origin = `http://localhost:${(server.address() as AddressInfo).port}`;
  return {
    origin,
    turn: (front, apiKey, samples) => turn(origin, front, { apiKey, samples }),
    close: () => void server.close(),
  };
}

async function bundle(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [join(import.meta.dirname, "pipecat-page.ts")],
    bundle: true,
    format: "iife",
    platform: "browser",
    logLevel: "warning",
    write: false,
  });
  return outputFiles.map(({ text }) => text).join("");
}

async function turn(
  origin: string,
  { port }: Front,
  { apiKey, samples }: { apiKey: string; samples: Int16Array },
): Promise<Turn> {
  const executablePath = [process.env["CHROMIUM_PATH"], "/usr/bin/chromium"].find(
    (path) => path && existsSync(path),
  );
  const browser = await chromium.launch({
    ...(executablePath && { executablePath }),
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-background-networking",
      `--host-resolver-rules=MAP ${NAME}:443 127.0.0.1:${port}`,
      "--ignore-certificate-errors",
    ],
  });
  try {
    const page = await browser.newPage();
    await page.goto(origin);
    const sound = await page.evaluate(
      ([apiKey, samples]) =>
        (
          globalThis as unknown as {
            turn(key: string, samples: readonly number[]): Promise<number[]>;
          }
        ).turn(apiKey, samples),
      [apiKey, [...samples]] as const,
    );
    return { sound: Int16Array.from(sound) };
  } finally {
    await browser.close();
  }
}
