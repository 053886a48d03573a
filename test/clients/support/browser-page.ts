/** Serves a script of the tests as a page on localhost, and opens the page in Chromium. */
import { once } from "node:events";
import { existsSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { chromium, type Page } from "@playwright/test";
import { build } from "esbuild";

export interface ServedPage {
  readonly origin: string;
  /** Opens a browser with the page, and closes it after `use`. @param args further options of Chromium. */
  open<Result>(use: (page: Page) => Promise<Result>, args?: readonly string[]): Promise<Result>;
  close(): void;
}

/** @param file a script in this folder. */
export async function servePage(file: string): Promise<ServedPage> {
  const script = await bundle(file);
  const server = createServer((request, response) => {
    const isScript = request.url === "/page.js";
    response.writeHead(200, { "content-type": isScript ? "text/javascript" : "text/html" });
    response.end(isScript ? script : "<!doctype html><body><script src=/page.js></script>");
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  const origin = `http://localhost:${(server.address() as AddressInfo).port}`;
  return {
    origin,
    open: (use, args) => openAt(origin, use, args),
    close: () => void server.close(),
  };
}

async function bundle(file: string): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [join(import.meta.dirname, file)],
    bundle: true,
    format: "iife",
    platform: "browser",
    define: { "process.env.NODE_ENV": '"production"' },
    logLevel: "error",
    write: false,
  });
  return outputFiles.map(({ text }) => text).join("");
}

async function openAt<Result>(
  origin: string,
  use: (page: Page) => Promise<Result>,
  args: readonly string[] = [],
): Promise<Result> {
  const executablePath = [process.env["CHROMIUM_PATH"], "/usr/bin/chromium"].find(
    (path) => path && existsSync(path),
  );
  const browser = await chromium.launch({
    ...(executablePath && { executablePath }),
    args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking", ...args],
  });
  try {
    const page = await browser.newPage();
    await page.goto(origin);
    return await use(page);
  } finally {
    await browser.close();
  }
}
