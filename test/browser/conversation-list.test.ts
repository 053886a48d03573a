/** The drawer's list of conversations, and the link to share. */
import { readFileSync } from "node:fs";
import { openPanel } from "./support/drawer.ts";
import type { FakeServer } from "./support/fake-server.ts";
import { expect, test } from "./support/test.ts";

/** Session routes of a server with these titles, newest first, in pages of two. */
function serveSessions(fakeServer: FakeServer, titles: Map<string, string>): string[] {
  const requests: string[] = [];
  fakeServer.answer = ({ method = "GET", url = "" }, path) => {
    const base = "/apps/guide/users/ann/sessions";
    if (!path.startsWith(base)) return undefined;
    requests.push(`${method} ${url}`);
    const id = path.slice(base.length + 1);
    if (method === "DELETE" && id === "kept")
      return { status: 403, body: { detail: "Only operators may delete a conversation." } };
    if (method === "DELETE") return { body: (titles.delete(id), null) };
    if (method === "PATCH") return { body: {} };
    if (id !== "")
      return {
        body: {
          events: [
            {
              author: "user",
              timestamp: 1_800_000_000,
              inputTranscription: { text: "Hi", finished: true },
            },
          ],
        },
      };
    const from = Number(new URL(url, fakeServer.url).searchParams.get("page_token") ?? 0);
    const all = [...titles].map(([id, title], at) => ({
      id,
      title,
      turns: 2,
      state: {},
      lastUpdateTime: 1_800_000_000 - at,
    }));
    const headers = {
      "x-total-count": `${all.length}`,
      ...(from + 2 < all.length && { "x-next-page-token": `${from + 2}` }),
    };
    return { headers, body: all.slice(from, from + 2) };
  };
  return requests;
}

test.describe("the list of conversations", () => {
  test.use({ viewport: { width: 1440, height: 900 } });

  test("[PAGE99] shows pages, and opens another conversation with its transcript", async ({
    page,
    fakeServer,
  }) => {
    serveSessions(
      fakeServer,
      new Map([
        ["one", "Find me a mug"],
        ["two", ""],
        ["three", "Paris"],
      ]),
    );
    await page.goto(`${fakeServer.url}/?user=ann&session=one`);
    const drawer = await openPanel(page, "History");
    const rows = drawer.getByRole("listitem");
    await expect(rows).toHaveText([/Find me a mug.*2\s+turns · open here/s, /Without words/]);
    await drawer.getByRole("button", { name: "Show more (1)" }).click();
    await expect(rows).toHaveCount(3);
    await drawer.getByRole("button", { name: /^Paris/ }).click();
    await expect.poll(() => fakeServer.requestedUrls.at(-1)).toContain("/ws/ann/three");
    await expect(page).toHaveURL(/session=three/);
    await expect(rows.filter({ hasText: "open here" })).toHaveText(/Paris/);
    await expect(drawer.getByText("Loading…")).toBeHidden();
  });

  test("[PAGE99] shows the year of a conversation only where it is not this one", async ({
    page,
    fakeServer,
  }) => {
    serveSessions(fakeServer, new Map([["one", "Find me a mug"]]));
    const row = page.getByRole("dialog").getByRole("listitem");
    await page.clock.setFixedTime("2027-06-01T12:00:00Z");
    await page.goto(`${fakeServer.url}/?user=ann&session=one`);
    await openPanel(page, "History");
    await expect(row).toContainText(/Jan 15, \d+:\d\d/);
    await page.clock.setFixedTime("2028-06-01T12:00:00Z");
    await page.reload();
    await expect(row).toContainText(/Jan 15, 2027, \d+:\d\d/);
  });

  test("[PAGE100] renames, and deletes after a confirmation; a refusal is shown in the server's words", async ({
    page,
    fakeServer,
    expectedErrors,
  }) => {
    expectedErrors.push(/403/);
    const requests = serveSessions(
      fakeServer,
      new Map([
        ["one", "A"],
        ["kept", "B"],
      ]),
    );
    await page.goto(`${fakeServer.url}/?user=ann&session=one`);
    const drawer = await openPanel(page, "History");
    await drawer.getByLabel("More for B").click();
    await drawer.getByRole("button", { name: "Rename" }).click();
    await drawer.getByRole("textbox", { name: "Name" }).fill("Better");
    await page.keyboard.press("Enter");
    await expect(drawer.getByText("Better")).toBeVisible();
    expect(requests.at(-1)).toBe("PATCH /apps/guide/users/ann/sessions/kept");
    await drawer.getByRole("button", { name: "Delete" }).click();
    await drawer.getByRole("button", { name: "Cancel" }).click();
    await drawer.getByRole("button", { name: "Delete" }).click();
    await drawer.getByRole("button", { name: "Delete for good" }).click();
    await expect(drawer.getByText("Only operators may delete a conversation.")).toBeVisible();
    await drawer.getByLabel("More for Better").click();
    await drawer.getByLabel("More for A").click();
    await drawer.getByRole("button", { name: "Delete" }).click();
    await drawer.getByRole("button", { name: "Delete for good" }).click();
    await expect(page).not.toHaveURL(/session=one/);
  });

  test("[PAGE101] saves a conversation as a file", async ({ page, fakeServer }) => {
    serveSessions(fakeServer, new Map([["one", "Find me a mug"]]));
    await page.goto(`${fakeServer.url}/?user=ann&session=one`);
    const drawer = await openPanel(page, "History");
    await drawer.getByLabel("More for Find me a mug").click();
    const download = page.waitForEvent("download");
    await drawer.getByRole("button", { name: "Save as txt" }).click();
    const file = await download;
    expect(file.suggestedFilename()).toBe("Find-me-a-mug.txt");
    expect(readFileSync(await file.path(), "utf8")).toMatch(/user: Hi\n$/);
  });
});

test("[PAGE102] a link for a listener, as text and as a QR code, which has no token", async ({
  page,
  fakeServer,
  context,
}) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await page.setViewportSize({ width: 1440, height: 900 });
  await page.goto(`${fakeServer.url}/?user=ann&session=one#token=eyJhbGciOiJI.secret.x`);
  const drawer = await openPanel(page, "Share");
  const link = `${fakeServer.url}/?user=ann&session=one&agent=guide`;
  await expect(drawer.getByRole("textbox", { name: "Link" })).toHaveValue(`${link}&role=listener`);
  const light = drawer.getByRole("img", { name: "QR code of the link" }).locator("rect");
  expect(await light.evaluate((element) => getComputedStyle(element).fill)).toBe(
    "rgb(255, 255, 255)",
  );
  await expect(drawer.getByText(/The link has no token/)).toBeVisible();
  await expect(drawer.getByText("Operates")).toHaveCount(0);
  await drawer.getByText("Speaks too").click();
  await drawer.getByRole("button", { name: "Copy the link" }).click();
  await expect(drawer.getByText("Copied.")).toBeVisible();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(link);
  await drawer.getByText("Listens").click();
  await expect(drawer.getByText("Copied.")).toBeHidden();
});
