/**
 * A turn through Pipecat's Gemini transport in Chromium. It has no address setting: Google's host name is redirected.
 */
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
  /** The page's origin. */
  readonly origin: string;
  turn(front: Front, apiKey: string, samples: Int16Array): Promise<Turn>;
  close(): void;
}

/** Serves the page; each turn opens a browser. */
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
    const answer = await page.evaluate(
      ([apiKey, samples]) =>
        (
          globalThis as unknown as {
            turn(key: string, samples: readonly number[]): Promise<number[]>;
          }
        ).turn(apiKey, samples),
      [apiKey, [...samples]] as const,
    );
    return { audio: Int16Array.from(answer) };
  } finally {
    await browser.close();
  }
}
