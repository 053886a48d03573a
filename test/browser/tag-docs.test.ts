/** `<parley-call>` as docs/clients.md describes it, on a page of another origin. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "@playwright/test";
import type { ParleyCall } from "../../packages/client/src/element.ts";
import { OtherOrigin } from "./support/other-origin.ts";
import { expect, test } from "./support/test.ts";

let site: OtherOrigin;

test.beforeEach(async () => {
  site = await OtherOrigin.open();
});

test.afterEach(() => site.close());

const guide = readFileSync(join(import.meta.dirname, "../../docs/clients.md"), "utf8");
const theTag = /^## The tag\n(.*?)^## /msu.exec(guide)?.[1] ?? "";

/** The two lines of the guide, with this server's address and other attributes. */
function pageWith(server: string, attributes: string): string {
  const [, lines = ""] = /^```html\n(.*?)^```$/msu.exec(theTag) ?? [];
  const own = lines
    .replaceAll("https://voice.example.com", server)
    .replace(/<parley-call [^>]*>/u, `<parley-call ${attributes}>`);
  return `<!doctype html><html lang="en"><title>A shop</title><body>${own}</body></html>`;
}

const send = async (page: Page, text: string): Promise<void> => {
  await page.getByRole("textbox").fill(text);
  await page.keyboard.press("Enter");
};

/** Calls a function of the element, in the page. */
const ofTag = <Result>(page: Page, read: (tag: ParleyCall) => Result): Promise<Result> =>
  page.evaluate(`(${read.toString()})(document.querySelector("parley-call"))`);

test("[PKG19] another agent, user, session or server is another conversation", async ({
  page,
  fakeServer,
}) => {
  site.content.html = pageWith(fakeServer.url, 'mode="inline" agent="guide"');
  await page.goto(site.origin);
  await send(page, "One");
  await expect(page.getByRole("listitem")).toHaveText(["One"]);
  await expect.poll(() => fakeServer.texts).toEqual(["One"]);
  expect(fakeServer.requestedUrls).toEqual([expect.stringContaining("agent=guide")]);
  for (const [name, value] of [
    ["agent", "night_clerk"],
    ["user", "ann"],
    ["session", "two"],
    ["src", `${fakeServer.url}/`],
  ] as const) {
    await page
      .locator("parley-call")
      .evaluate((tag, [name, value]) => tag.setAttribute(name, value), [name, value] as const);
    await expect.poll(() => fakeServer.sockets, name).toBe(0);
    await expect(page.getByRole("listitem"), name).toHaveCount(0);
    const before = fakeServer.requestedUrls.length;
    await send(page, value);
    await expect.poll(() => fakeServer.requestedUrls.length, name).toBe(before + 1);
    await expect.poll(() => fakeServer.texts, name).toContain(value);
  }
  const addresses = fakeServer.requestedUrls.map((url) => new URL(url, fakeServer.url));
  expect(addresses.map(({ searchParams }) => searchParams.get("agent"))).toEqual([
    "guide",
    ...Array<string>(4).fill("night_clerk"),
  ]);
  expect(addresses[2]?.pathname).toMatch(/^\/ws\/ann\//u);
  expect(addresses.slice(3).map(({ pathname }) => pathname)).toEqual([
    "/ws/ann/two",
    "/ws/ann/two",
  ]);
});

test("[PKG20] every attribute of the guide works: the conversation, a token as text, a panel inline, in Chinese", async ({
  page,
  fakeServer,
}) => {
  const rows = [...theTag.matchAll(/^\| (`.*?) +\|/gmu)].map(([, names = ""]) => names);
  expect(rows.join(", ").replaceAll("`", "").split(", ").toSorted()).toEqual(
    await (async () => {
      site.content.html = pageWith(fakeServer.url, "");
      await page.goto(site.origin);
      await page.waitForFunction("customElements.get('parley-call')");
      return page.evaluate(() =>
        (
          customElements.get("parley-call") as unknown as { observedAttributes: string[] }
        ).observedAttributes.toSorted(),
      );
    })(),
  );
  site.content.html = pageWith(
    "https://elsewhere.invalid",
    `src="${fakeServer.url}" agent="night_clerk" user="ann" session="one" token-url="/my-token" mode="inline" lang="zh-Hant"`,
  ).replace("https://elsewhere.invalid/parley.js", `${fakeServer.url}/parley.js?again`);
  await page.route("**/my-token", (route) => route.fulfill({ body: "a.b.c\n" }));
  await page.goto(site.origin);
  const token = page.waitForRequest(`${site.origin}/my-token`);
  await expect(page.getByRole("region", { name: "語音助理" })).toBeVisible();
  await send(page, "Hello?");
  expect((await token).method()).toBe("GET");
  await expect
    .poll(() => fakeServer.requestedUrls)
    .toEqual([expect.stringMatching(/^\/ws\/ann\/one\?.*agent=night_clerk/u)]);
});

test("[PKG20] a script opens and closes it, finds the call and is told of an error", async ({
  page,
  fakeServer,
}) => {
  site.content.html = pageWith(fakeServer.url, "");
  await page.goto(site.origin);
  await page.waitForFunction("customElements.get('parley-call')");
  await page.evaluate(() =>
    document
      .querySelector("parley-call")
      ?.addEventListener("parley-error", (event) =>
        Object.assign(window, { failure: (event as CustomEvent<unknown>).detail }),
      ),
  );
  expect(await ofTag(page, (tag) => tag.call === undefined)).toBe(true);
  await ofTag(page, (tag) => tag.open());
  await expect(page.getByRole("dialog")).toBeVisible();
  await send(page, "Hello?");
  await expect(page.getByRole("listitem")).toHaveText(["Hello?"]);
  await ofTag(page, (tag) => tag.call?.sendText("From the script."));
  await expect.poll(() => fakeServer.texts).toEqual(["Hello?", "From the script."]);
  fakeServer.sendEvent({ errorCode: "QUOTA_EXCEEDED", errorMessage: "The quota is used up." });
  await expect(page.getByRole("alert")).toBeVisible();
  expect(await page.evaluate("failure")).toEqual({
    code: "QUOTA_EXCEEDED",
    message: "The quota is used up.",
  });
  await ofTag(page, (tag) => tag.close());
  await expect(page.getByRole("dialog")).toBeHidden();
  await expect.poll(() => fakeServer.sockets).toBe(0);

  // A page that moves the tag ends the call, and another may begin.
  await ofTag(page, (tag) => document.body.prepend(tag));
  await ofTag(page, (tag) => tag.open());
  await send(page, "Again");
  await expect.poll(() => fakeServer.texts).toHaveLength(3);
  fakeServer.sendTone(3);
  await expect
    .poll(() =>
      ofTag(page, (tag) => {
        const main = tag.shadowRoot?.querySelector<HTMLElement>("[part=main]");
        return Number(main?.style.getPropertyValue("--level"));
      }),
    )
    .toBeGreaterThan(0.1);
});

test("[PKG20] each part and custom property of the guide styles something", async ({
  page,
  fakeServer,
}) => {
  const properties = [...theTag.matchAll(/`(--parley-[a-z-]+)`/gu)].map(([, name = ""]) => name);
  const [, list = ""] = /`::part\(\)` of (.*?)\./su.exec(theTag) ?? [];
  const parts = [...list.matchAll(/`([a-z]+)`/gu)].map(([, name = ""]) => name);
  expect([properties.length, parts.length]).toEqual([8, 15]);
  const values: Readonly<Record<string, string>> = {
    "--parley-radius": "3px",
    "--parley-font": "monospace",
    "--parley-offset": "77px",
    "--parley-z-index": "7",
  };
  const style = `<style id="own">${parts.map((part) => `parley-call::part(${part}) { outline: 3px dotted rgb(1, 2, 3); }`).join("")}</style>`;
  site.content.html = pageWith(fakeServer.url, "").replace("<body>", `${style}<body>`);
  await page.goto(site.origin);
  await page.getByRole("button", { name: "Talk to us" }).click();
  await send(page, "Hello?");
  await expect(page.getByRole("listitem")).toHaveText(["Hello?"]);
  const computed = () =>
    page.evaluate(() => {
      const tag = document.querySelector("parley-call");
      const all = [tag, ...(tag?.shadowRoot?.querySelectorAll("*") ?? [])];
      return all.map((element) => {
        const style = getComputedStyle(element ?? document.body);
        return [...style].map((name) => `${name}: ${style.getPropertyValue(name)}`).join(";");
      });
    });
  for (const part of parts) {
    const outline = await page.evaluate((part) => {
      const root = document.querySelector("parley-call")?.shadowRoot;
      const element = root?.querySelector(`[part~=${part}]`);
      return element && getComputedStyle(element).outlineColor;
    }, part);
    expect(outline, part).toBe("rgb(1, 2, 3)");
  }
  for (const name of properties) {
    const before = await computed();
    const set = (value: string) =>
      page.evaluate(
        ([name, value]) =>
          document.querySelector<HTMLElement>("parley-call")?.style.setProperty(name, value),
        [name, value] as const,
      );
    await set(values[name] ?? "rgb(1, 2, 3)");
    expect(await computed(), name).not.toEqual(before);
    await set("");
  }
});

test("[PKG11] an answer that is no token is said in words", async ({ page, fakeServer }) => {
  site.content.html = pageWith(fakeServer.url, 'mode="inline" token-url="/my-token"');
  await page.route("**/my-token", (route) => route.fulfill({ body: "<!doctype html>Sign in" }));
  await page.goto(site.origin);
  await send(page, "Hello?");
  await expect(page.getByRole("alert")).toHaveText(
    /The token has characters that no token has.* token-url, answer with the token alone/u,
  );
  expect(fakeServer.requestedUrls).toEqual([]);
});
