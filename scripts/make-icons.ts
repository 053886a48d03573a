/** `node scripts/make-icons.ts`: draws the PNG icons of public/icons from the page's mark. Needs a Chromium. */
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { chromium } from "@playwright/test";
import { findChromium } from "../test/support/chromium.ts";

const out = join(import.meta.dirname, "../public/icons");

/**
 * `inset`: of the mark in the square, as a share. Android cuts a maskable icon to any shape within the middle 80 %, and
 * iOS rounds the corners of its own: both need a full square.
 */
const icons = [
  { name: "icon-192", size: 192, inset: 0, radius: 0.25 },
  { name: "icon-512", size: 512, inset: 0, radius: 0.25 },
  { name: "maskable-512", size: 512, inset: 0.1, radius: 0 },
  { name: "apple-touch-icon", size: 180, inset: 0.05, radius: 0 },
] as const;

const executablePath = findChromium();
const browser = await chromium.launch({
  ...(executablePath && { executablePath }),
  args: ["--no-sandbox"],
});
await mkdir(out, { recursive: true });
for (const { name, size, inset, radius } of icons) {
  const page = await browser.newPage({ viewport: { width: size, height: size } });
  const scale = 1 - 2 * inset;
  await page.setContent(`<style>body { margin: 0 } svg { display: block }</style>
    <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32" width="${size}" height="${size}">
      <rect width="32" height="32" rx="${32 * radius}" fill="#0b776c" />
      <g transform="translate(${32 * inset} ${32 * inset}) scale(${scale})">
        <circle cx="13" cy="16" r="7.5" fill="#fff" />
        <circle cx="19.5" cy="16" r="6.5" fill="none" stroke="#a5e5da" stroke-width="2" />
      </g>
    </svg>`);
  await page.screenshot({ path: join(out, `${name}.png`), omitBackground: true });
  await page.close();
}
await browser.close();
