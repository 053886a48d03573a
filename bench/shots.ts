/**
 * `npm run shots`: screenshots of every state of the page at four sizes, in light and dark, into `test-results/shots`.
 * `npm run shots -- camera lost` makes those of two states. `sheet-<state>.png` has the eight of a state side by side.
 */
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { chromium, type Browser } from "@playwright/test";
import { flags } from "../test/browser/support/chromium-flags.ts";
import { FakeServer } from "../test/browser/support/fake-server.ts";
import { pageStates, type PageState } from "../test/browser/support/page-states.ts";
import { findChromium } from "../test/support/chromium.ts";

const sizes = [
  [360, 740],
  [390, 844],
  [1440, 900],
  [2560, 1440],
] as const;
const schemes = ["light", "dark"] as const;
const folder = join(import.meta.dirname, "../test-results/shots");
mkdirSync(folder, { recursive: true });

const executablePath = findChromium();
const browser = await chromium.launch({ ...(executablePath && { executablePath }), args: flags });
const wanted = process.argv.slice(2);
for (const state of pageStates.filter(({ name }) => wanted.length === 0 || wanted.includes(name))) {
  const shots: string[] = [];
  for (const [width, height] of sizes)
    for (const colorScheme of schemes)
      shots.push(await shoot(browser, state, { width, height, colorScheme }));
  await makeSheet(browser, state.name, shots);
  console.log(state.name);
}
await browser.close();

async function shoot(
  browser: Browser,
  { name, show }: PageState,
  { width, height, colorScheme }: { width: number; height: number; colorScheme: "light" | "dark" },
): Promise<string> {
  const server = await new FakeServer().open();
  const page = await browser.newPage({
    viewport: { width, height },
    colorScheme,
    permissions: ["microphone", "camera"],
  });
  const path = join(folder, `${name}-${width}-${colorScheme}.png`);
  await show(page, server).catch((error: Error) =>
    console.error(`${name} at ${width} px: ${error.message.split("\n")[0]}`),
  );
  // Until what fades and grows has done so.
  await page.waitForTimeout(500);
  await page.screenshot({ path });
  await page.close();
  await server.close();
  return path;
}

/** The large sizes are halved, so that a sheet shows all eight. */
async function makeSheet(browser: Browser, name: string, shots: readonly string[]): Promise<void> {
  const page = await browser.newPage({ viewport: { width: 1760, height: 800 } });
  const images = shots.map(
    (path) => `<img src="data:image/png;base64,${readFileSync(path).toString("base64")}">`,
  );
  await page.setContent(
    `<style>body{margin:8px;background:#888;display:flex;flex-wrap:wrap;gap:8px}img{height:460px}</style>${images.join("")}`,
  );
  await page.screenshot({ path: join(folder, `sheet-${name}.png`), fullPage: true });
  await page.close();
}
