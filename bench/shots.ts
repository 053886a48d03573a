/**
 * `npm run shots`: screenshots of every state and panel of the page into `test-results/shots`, at four sizes in light and
 * dark, and on small, turned and middle-sized screens, with a phone's keyboard up, with forced colours and in Chinese.
 * `npm run shots -- camera lost` makes those of two states. `sheet-<state>.png` has all of a state side by side.
 */
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { chromium, type Browser, type Page } from "@playwright/test";
import { flags } from "../test/browser/support/chromium-flags.ts";
import { FakeServer } from "../test/browser/support/fake-server.ts";
import { Microphone } from "../test/browser/support/microphone.ts";
import type { PageState } from "../test/browser/support/page-actions.ts";
import { pageStates } from "../test/browser/support/page-states.ts";
import { panelStates } from "../test/browser/support/panel-states.ts";
import { unusualStates } from "../test/browser/support/unusual-states.ts";
import { findChromium } from "../test/support/chromium.ts";

interface Look {
  readonly size: readonly [width: number, height: number];
  readonly colorScheme?: "light" | "dark";
  readonly forcedColors?: "active";
  readonly chinese?: true;
  /** A phone's, which is up: the page shrinks. */
  readonly keyboard?: true;
}

const schemes = ["light", "dark"] as const;
const looks: readonly Look[] = [
  ...(
    [
      [360, 740],
      [390, 844],
      [1440, 900],
      [2560, 1440],
    ] as const
  ).flatMap((size) => schemes.map((colorScheme) => ({ size, colorScheme }))),
  { size: [320, 568] },
  { size: [768, 1024], colorScheme: "dark" },
  { size: [844, 390] },
  { size: [390, 450], keyboard: true },
  { size: [390, 844], chinese: true },
  // Last: Chromium keeps some forced colours of tables afterwards.
  { size: [390, 844], forcedColors: "active" },
  { size: [1440, 900], chinese: true },
];

/** States are shown side by side: they wait more than they compute. */
const atOnce = 3;

const publicFolder = join(import.meta.dirname, "../public");
const folder = join(import.meta.dirname, "../test-results/shots");
mkdirSync(folder, { recursive: true });

const executablePath = findChromium();
const microphone = new Microphone();
const browser = await chromium.launch({
  ...(executablePath && { executablePath }),
  args: [...flags, `--use-file-for-fake-audio-capture=${microphone.path}`],
});
const wanted = process.argv.slice(2);
const waiting = [...pageStates, ...unusualStates, ...panelStates].filter(
  ({ name }) => wanted.length === 0 || wanted.includes(name),
);
await Promise.all(Array.from({ length: atOnce }, work));
await browser.close();
microphone.remove();

async function work(): Promise<void> {
  for (let state = waiting.shift(); state; state = waiting.shift()) {
    await makeSheet(browser, state.name, await shoot(browser, state));
    console.log(state.name);
  }
}

/** Shows the state once for phones and once for wide screens, and resizes: a panel opens differently on each. */
async function shoot(browser: Browser, state: PageState): Promise<string[]> {
  const shots: string[] = [];
  const isPhone = ({ size: [width] }: Look): boolean => width < 1000;
  for (const group of [looks.filter(isPhone), looks.filter((look) => !isPhone(look))])
    shots.push(...(await shootGroup(browser, state, group)));
  return shots;
}

async function shootGroup(
  browser: Browser,
  { name, show }: PageState,
  group: readonly Look[],
): Promise<string[]> {
  const server = await new FakeServer().open();
  const [[width, height] = [0, 0]] = group.map(({ size }) => size);
  const page = await browser.newPage({
    viewport: { width, height },
    permissions: ["microphone", "camera", "clipboard-write"],
  });
  // Also without the network: the drawer and the language are files of their own.
  await page.route("**/*.js", (route) =>
    route.fulfill({ path: join(publicFolder, new URL(route.request().url()).pathname) }),
  );
  await show(page, server).catch((error: Error) =>
    console.error(`${name} at ${width} px: ${error.message.split("\n")[0]}`),
  );
  const shots: string[] = [];
  for (const look of group) shots.push(await shootLook(page, name, look));
  await page.context().close();
  await server.close();
  return shots;
}

async function shootLook(page: Page, name: string, look: Look): Promise<string> {
  const { colorScheme = "light", forcedColors = "none", chinese, keyboard, size } = look;
  const [width, height] = size;
  await page.setViewportSize({ width, height });
  await page.emulateMedia({ colorScheme, forcedColors });
  const language = chinese ? "zh-Hant" : "en";
  if ((await page.locator("html").getAttribute("lang")) !== language)
    await page
      .evaluate(chooseLanguage, language)
      .catch((error: Error) => console.error(`${name} at ${width} px: ${error.message}`));
  const variant =
    (chinese && "chinese") ??
    (keyboard && "keyboard") ??
    (look.forcedColors ? "forced" : colorScheme);
  const path = join(folder, `${name}-${width}-${variant}.png`);
  // Until what fades and grows has done so.
  await page.waitForTimeout(500);
  await page.screenshot({ path });
  return path;
}

/** Chooses the language as the settings do, without a change of the panel. The states are made with English labels. */
async function chooseLanguage(language: string): Promise<void> {
  type Settings = { readonly changeAppearance: (change: { readonly language: string }) => void };
  type Drawer = Element & { readonly content?: { readonly settings: Settings } };
  const root = document.querySelector("parley-app")?.shadowRoot;
  const until = async <Found>(find: () => Found | null | undefined): Promise<Found> => {
    for (let frame = 0; frame < 300; frame++) {
      const found = find();
      if (found) return found;
      await new Promise((resolve) => requestAnimationFrame(resolve));
    }
    throw new Error("The language could not be chosen.");
  };
  const picker = root?.querySelector("parley-agent-picker")?.shadowRoot?.querySelector("button");
  const picks = picker?.ariaExpanded === "true";
  const menu = await until(() => root?.querySelector<HTMLElement>(".menu"));
  const wasOpen = menu.ariaExpanded === "true";
  if (!wasOpen) menu.click();
  const settings = await until(
    () => root?.querySelector<Drawer>("parley-drawer")?.content?.settings,
  );
  settings.changeAppearance({ language });
  await until(() => document.documentElement.lang === language);
  if (wasOpen) return;
  const drawer = await until(() => root?.querySelector("parley-drawer")?.shadowRoot);
  drawer.querySelector<HTMLElement>(".bar .icon")?.click();
  // A person's click shows no ring.
  if (root?.activeElement === menu) menu.blur();
  if (picks && picker?.ariaExpanded === "false") picker.click();
}

/** Large shots are made smaller, so that a sheet shows all. */
async function makeSheet(browser: Browser, name: string, shots: readonly string[]): Promise<void> {
  const page = await browser.newPage({ viewport: { width: 2040, height: 800 } });
  const images = shots.map(
    (path) => `<img src="data:image/png;base64,${readFileSync(path).toString("base64")}">`,
  );
  await page.setContent(
    `<style>body{margin:8px;background:#888;display:flex;flex-wrap:wrap;gap:8px}img{height:460px}</style>${images.join("")}`,
  );
  await page.screenshot({ path: join(folder, `sheet-${name}.png`), fullPage: true });
  await page.close();
}
