/** The page's token expires while it is open. */
import type { FakeServer } from "./support/fake-server.ts";
import { expect, test } from "./support/test.ts";
import { startConversation } from "./support/conversation.ts";

const tokensIn = ({ frames }: Pick<FakeServer, "frames">): unknown[] =>
  frames.flatMap((frame) => ("type" in frame && frame["type"] === "token" ? [frame["token"]] : []));

test("[PAGE86] a link with another token, opened in the same tab, renews the token of the call", async ({
  page,
  fakeServer,
}) => {
  const address = `${fakeServer.url}/?user=ann&session=one`;
  await startConversation(page, { url: `${address}#token=a.b.c` });
  await page.evaluate(() => (location.hash = "token=d.e.f"));
  await expect.poll(() => tokensIn(fakeServer)).toEqual(["d.e.f"]);
  await expect(page).toHaveURL(address);
  expect(await page.evaluate(() => sessionStorage.getItem("parley.token"))).toBe("d.e.f");
  await page.goBack();
  await expect(page).toHaveURL(address);
  await expect(page.getByText("Listening")).toBeVisible();
  expect([fakeServer.sockets, fakeServer.requestedUrls.length]).toEqual([1, 1]);
});

test("[PKG17] the page asks for a newer token before its own expires, and sends it", async ({
  page,
  fakeServer,
}) => {
  await startConversation(page, { url: `${fakeServer.url}/#token=a.b.c` });
  const warn = (): void =>
    fakeServer.sendUnlogged({ type: "token", expiresInMs: 50_000, role: "speaker" });
  const tokens = (): unknown[] => tokensIn(fakeServer);
  warn();
  await expect.poll(tokens).toEqual(["a.b.c"]);
  warn();
  const field = page.getByRole("alert").getByRole("textbox");
  await expect(field).toBeVisible({ timeout: 15_000 });
  await field.fill("d.e.f");
  await page.keyboard.press("Enter");
  await expect.poll(tokens).toEqual(["a.b.c", "d.e.f"]);
});
