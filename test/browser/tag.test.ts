/** `<parley-call>` on a page of another origin. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Page } from "@playwright/test";
import { openRecognizer } from "../support/recognizer.ts";
import { startParley } from "../support/parley.ts";
import { clipSamples } from "../support/wavs.ts";
import { letterErrorRate } from "../support/wer.ts";
import { OtherOrigin } from "./support/other-origin.ts";
import { envelope, recording, tapRate } from "./support/tap.ts";
import { expect, test } from "./support/test.ts";

let site: OtherOrigin;

test.beforeEach(async () => {
  site = await OtherOrigin.open();
});

test.afterEach(() => site.close());

/** One tag, and the script of the server. */
const pageWith = (server: string, tag = '<parley-call agent="assistant"></parley-call>'): string =>
  `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>A shop</title></head>
  <body><main><h1>A shop</h1><p>Mugs.</p></main>
  <script nonce="x" type="module" src="${server}/parley.js"></script>${tag}</body></html>`;

const openPanel = (page: Page) => page.getByRole("button", { name: "Talk to us" }).click();
const isLoud = (level: number): boolean => level > 0.01;

test.describe("with a real server", () => {
  test.use({ tapped: true });

  test("[PKG10] one tag on a page of another origin talks, by voice", async ({
    page,
    microphone,
  }) => {
    test.setTimeout(120_000);
    const parley = await startParley({
      settings: { ALLOWED_ORIGINS: site.origin, FRAME_ANCESTORS: site.origin },
    });
    const { headers } = await fetch(parley.url.replace("ws", "http"));
    expect(headers.get("content-security-policy")).toContain(`frame-ancestors ${site.origin};`);
    microphone.record(clipSamples("espeak-which-name.wav"), 16_000);
    site.content.html = pageWith(parley.url.replace("ws", "http"));
    await page.goto(site.origin);
    await openPanel(page);
    await page.getByRole("button", { name: "Start talking" }).click();
    const lines = page.getByRole("listitem");
    await expect(lines).toHaveText([/my name/iu, /your name/u], { timeout: 30_000 });
    await expect(page.getByRole("status")).toHaveText(/Listening/u, { timeout: 30_000 });
    const answer = (await lines.last().textContent()) ?? "";
    const quietFor = async (): Promise<number> => {
      const levels = envelope((await recording(page)).samples);
      return levels.length - levels.findLastIndex(isLoud);
    };
    await expect.poll(quietFor, { timeout: 30_000 }).toBeGreaterThan(150);
    const recognizer = await openRecognizer();
    const recognized = await recognizer.transcribe((await recording(page)).samples, tapRate);
    await recognizer.close();
    // An open page would report that its server is gone.
    await page.close();
    await parley.stop();
    expect(
      letterErrorRate(answer, recognized),
      `"${answer}" was recognised as "${recognized}"`,
    ).toBeLessThanOrEqual(0.25);
  });
});

/** Nothing but the server, and nothing inline. */
const strictPolicy = (server: string): string =>
  `default-src 'none'; script-src ${server}; connect-src 'self' ${server} ${server.replace("http", "ws")}; style-src 'none'; base-uri 'none'; require-trusted-types-for 'script'`;

test("[PKG10] [PKG15] under a strict policy it hears and plays, and asks no other server", async ({
  page,
  fakeServer,
  microphone,
}) => {
  const origins = new Set<string>();
  page.on("request", (request) => origins.add(new URL(request.url()).origin));
  page.on("websocket", (socket) => origins.add(new URL(socket.url()).origin.replace("ws", "http")));
  microphone.record(clipSamples("espeak-which-name.wav"), 16_000);
  site.content.html = pageWith(fakeServer.url);
  site.content.headers = { "content-security-policy": strictPolicy(fakeServer.url) };
  await page.goto(site.origin);
  await openPanel(page);
  await page.getByRole("button", { name: "Start talking" }).click();
  await expect
    .poll(() => envelope(fakeServer.audio, 16_000).filter(isLoud).length)
    .toBeGreaterThan(20);
  fakeServer.sendTone(1);
  await expect(page.getByRole("status")).toHaveText(/Speaking/u);
  await expect
    .poll(() => fakeServer.controlFrames)
    .toContainEqual(expect.objectContaining({ type: "played" }));
  expect(origins).toEqual(new Set([site.origin, fakeServer.url]));
});

for (const [refused, change, words] of [
  [
    "the connection",
    [/connect-src [^;]*/u, "connect-src 'self'"],
    /adds ws:\/\/localhost:\d+ to connect-src/u,
  ],
  [
    "the sound",
    [/script-src [^;]*/u, "script-src 'nonce-x'"],
    /adds http:\/\/localhost:\d+ to script-src/u,
  ],
] as const)
  test.describe(`a policy without ${refused}`, () => {
    test.use({ expectedErrors: [/Content Security Policy|worklet/iu] });

    test(`[PKG6] is named, with the source to allow`, async ({ page, fakeServer }) => {
      site.content.html = pageWith(fakeServer.url);
      const [directive, other] = change;
      const policy = strictPolicy(fakeServer.url).replace(directive, other);
      site.content.headers = { "content-security-policy": policy };
      await page.goto(site.origin);
      await openPanel(page);
      await page.getByRole("button", { name: "Start talking" }).click();
      await expect(page.getByRole("alert")).toHaveText(words);
    });
  });

test("[PKG11] an origin that the server does not allow, and a token that it refuses, are said in words", async ({
  page,
  fakeServer,
}) => {
  fakeServer.refusal = { message: "Pages of this origin may not connect.", code: 1008 };
  site.content.html = pageWith(fakeServer.url);
  await page.goto(site.origin);
  await openPanel(page);
  await page.getByRole("textbox").fill("Hello?");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("alert")).toHaveText("Pages of this origin may not connect.");
  await expect(page.getByRole("status")).toHaveText("Ready when you are");
});

test("[PKG11] the token comes from the page's own server", async ({ page, fakeServer }) => {
  site.content.html = pageWith(fakeServer.url, '<parley-call token-url="/my-token"></parley-call>');
  site.content.json["/my-token"] = { token: "a.b.c" };
  const requested = page.waitForRequest(`${site.origin}/my-token`);
  await page.goto(site.origin);
  await openPanel(page);
  await page.getByRole("textbox").fill("Hello?");
  await page.keyboard.press("Enter");
  await requested;
  await expect(page.getByRole("listitem")).toHaveText(["Hello?"]);
});

test.describe("a token URL that fails", () => {
  test.use({ expectedErrors: [/404/] });

  test("[PKG11] is said in words", async ({ page, fakeServer }) => {
    site.content.html = pageWith(
      fakeServer.url,
      '<parley-call token-url="/nothing"></parley-call>',
    );
    await page.goto(site.origin);
    await openPanel(page);
    await page.getByRole("button", { name: "Start talking" }).click();
    await expect(page.getByRole("alert")).toHaveText(/There is no token .*\/nothing: HTTP 404/u);
  });
});

test("[PKG12] labels are in 繁體中文 where the page is, and the host page stays as it is", async ({
  page,
  fakeServer,
}) => {
  const tag = '<parley-call lang="zh-TW"></parley-call>';
  site.content.html = `${pageWith(fakeServer.url, tag + tag)}<script type="module" src="${fakeServer.url}/parley.js?twice"></script>`;
  await page.goto(site.origin);
  await expect(page.getByRole("button", { name: "與我們對話" })).toHaveCount(2);
  // Nothing is requested, and no global exists, before someone uses it.
  expect(fakeServer.requestedUrls).toEqual([]);
  expect(
    await page.evaluate(() => Object.keys(window).filter((name) => /parley/i.test(name))),
  ).toEqual([]);
  await page.getByRole("button", { name: "與我們對話" }).last().click();
  await expect(page.getByRole("dialog", { name: "語音助理" })).toBeVisible();
  await expect(page.getByRole("status")).toHaveText("隨時可以開始");
  await page.keyboard.press("Escape");
  await expect(page.getByRole("dialog")).toBeHidden();
  await expect(page.getByRole("button", { name: "與我們對話" }).last()).toBeFocused();
});

test("[PKG12] in a browser without base64 of its own a conversation changes no prototype of the page", async ({
  page,
  fakeServer,
}) => {
  await page.addInitScript(() => {
    Reflect.deleteProperty(Uint8Array, "fromBase64");
    Reflect.deleteProperty(Uint8Array.prototype, "toBase64");
    const names = (): string[] =>
      Object.getOwnPropertyNames(globalThis).flatMap((name) => {
        const value: unknown = Reflect.get(globalThis, name);
        if (typeof value !== "function") return [name];
        const { prototype } = value as { prototype?: object };
        return [value, prototype ?? {}].flatMap((owner) =>
          Object.getOwnPropertyNames(owner).map((own) => `${name} ${own}`),
        );
      });
    const own: { names: () => string[]; before: string[] } = { names, before: [] };
    Object.defineProperty(window, "own", { value: own });
    own.before = names();
  });
  site.content.html = pageWith(fakeServer.url);
  await page.goto(site.origin);
  await openPanel(page);
  await page.getByRole("textbox").fill("Hello?");
  await page.keyboard.press("Enter");
  await expect.poll(() => fakeServer.texts).toEqual(["Hello?"]);
  const added = await page.evaluate(() => {
    const { own } = window as unknown as { own: { names: () => string[]; before: string[] } };
    return own.names().filter((name) => !own.before.includes(name));
  });
  expect(added).toEqual([]);
});

test("[PKG12] custom properties and parts theme it", async ({ page, fakeServer }) => {
  const style = `<style>parley-call { --parley-accent: rgb(10, 20, 30); } parley-call::part(panel) { border-width: 7px; }</style>`;
  site.content.html = pageWith(fakeServer.url, `${style}<parley-call mode="inline"></parley-call>`);
  await page.goto(site.origin);
  const main = page.getByRole("button", { name: "Start talking" });
  await expect(main).toHaveCSS("background-color", "rgb(10, 20, 30)");
  await expect(page.getByRole("region", { name: "Voice assistant" })).toHaveCSS(
    "border-width",
    "7px",
  );
});

test("[PKG25] the tag shows a notice as long as its cause lasts, also the warning about a budget", async ({
  page,
  fakeServer,
}) => {
  site.content.html = pageWith(
    fakeServer.url,
    '<parley-call mode="inline"></parley-call><parley-call mode="inline" lang="zh-Hant"></parley-call>',
  );
  await page.goto(site.origin);
  for (const at of [0, 1]) {
    await page.getByRole("textbox").nth(at).fill("Hello?");
    await page.keyboard.press("Enter");
  }
  await expect.poll(() => fakeServer.texts).toEqual(["Hello?", "Hello?"]);
  fakeServer.sendUnlogged({ type: "budget", scope: "day", of: "usd", used: 0.83 });
  const alerts = page.getByRole("alert");
  await expect(alerts).toHaveText([/83 % of the budget of this day/u, /額度即將用完/u]);
  fakeServer.sendEvent({ author: "guide", outputTranscription: { text: "Hi!", finished: true } });
  await expect(alerts).toHaveCount(0);
});

/** Counts the microphones that are open. */
async function countMicrophones(page: Page): Promise<() => Promise<number>> {
  await page.addInitScript(() => {
    const tracks: MediaStreamTrack[] = [];
    Object.defineProperty(window, "tracks", { value: tracks });
    const original = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
    navigator.mediaDevices.getUserMedia = async (constraints) => {
      const stream = await original(constraints);
      tracks.push(...stream.getTracks());
      return stream;
    };
  });
  return () =>
    page.evaluate(() => {
      const { tracks } = window as unknown as { tracks: MediaStreamTrack[] };
      return tracks.filter(({ readyState }) => readyState === "live").length;
    });
}

test("[PKG24] a listener's microphone is closed, and after Hang up the tag begins again", async ({
  page,
  fakeServer,
}) => {
  const microphones = await countMicrophones(page);
  site.content.html = pageWith(fakeServer.url, '<parley-call mode="inline"></parley-call>');
  await page.goto(site.origin);
  await page.getByRole("button", { name: "Start talking" }).click();
  await expect(page.getByRole("button", { name: "Mute" })).toBeVisible();
  expect(await microphones()).toBe(1);
  const participant = { id: "p1", role: "listener" } as const;
  fakeServer.participants = [participant];
  fakeServer.sendUnlogged({ type: "presence", change: "role", participant });
  await expect(page.getByRole("status")).toHaveText(/You listen/u);
  await expect.poll(microphones).toBe(0);
  await expect(page.getByRole("button", { name: "Start talking" })).toBeDisabled();
  await page.getByRole("button", { name: "Hang up" }).click();
  await page.getByRole("button", { name: "Start talking" }).click();
  await expect(page.getByRole("status")).toHaveText(/You listen/u);
  await expect.poll(microphones).toBe(0);
});

test("[PKG24] a user may mute a microphone that an operator has muted", async ({
  page,
  fakeServer,
}) => {
  const microphones = await countMicrophones(page);
  site.content.html = pageWith(fakeServer.url, '<parley-call mode="inline"></parley-call>');
  await page.goto(site.origin);
  await page.getByRole("button", { name: "Start talking" }).click();
  await expect(page.getByRole("status")).toHaveText(/Listening/u);
  const participant = { id: "p1", role: "speaker", muted: "operator" } as const;
  fakeServer.sendUnlogged({ type: "presence", change: "muted", participant });
  await expect(page.getByRole("status")).toHaveText(/You listen/u);
  expect(await microphones()).toBe(1);
  await page.getByRole("button", { name: "Mute" }).click();
  await expect(page.getByRole("button", { name: "Unmute" })).toBeVisible();
});

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

test("[PKG12] axe-core finds no violation, closed, open and in a conversation", async ({
  page,
  fakeServer,
}) => {
  const violations = () =>
    page.evaluate(async () => {
      type Result = { violations: { id: string; nodes: { html: string }[] }[] };
      const { axe } = window as unknown as { axe: { run(): Promise<Result> } };
      const { violations } = await axe.run();
      return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" ")}`);
    });
  site.content.html = pageWith(fakeServer.url);
  await page.goto(site.origin);
  await page.evaluate(axe);
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme });
    expect(await violations()).toEqual([]);
  }
  await openPanel(page);
  expect(await violations()).toEqual([]);
  await page.getByRole("button", { name: "Start talking" }).click();
  await expect(page.getByRole("status")).toHaveText(/Listening/u);
  fakeServer.sendEvent({ inputTranscription: { text: "A mug?", finished: true } });
  fakeServer.sendEvent({ author: "guide", outputTranscription: { text: "Blue.", finished: true } });
  await expect(page.getByRole("listitem")).toHaveText(["A mug?", "Blue."]);
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme });
    expect(await violations()).toEqual([]);
  }
});
