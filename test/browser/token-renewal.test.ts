/** The page's token expires while it is open. */
import { expect, test } from "./support/test.ts";
import { startConversation } from "./support/conversation.ts";

test("[PKG17] the page asks for a newer token before its own expires, and sends it", async ({
  page,
  fakeServer,
}) => {
  await startConversation(page, { url: `${fakeServer.url}/#token=a.b.c` });
  const warn = (): void =>
    fakeServer.sendUnlogged({ type: "token", expiresInMs: 50_000, role: "speaker" });
  const tokens = (): unknown[] =>
    fakeServer.frames.flatMap((frame) =>
      "type" in frame && frame["type"] === "token" ? [frame["token"]] : [],
    );
  warn();
  await expect.poll(tokens).toEqual(["a.b.c"]);
  warn();
  const field = page.getByRole("alert").getByRole("textbox");
  await expect(field).toBeVisible({ timeout: 15_000 });
  await field.fill("d.e.f");
  await page.keyboard.press("Enter");
  await expect.poll(tokens).toEqual(["a.b.c", "d.e.f"]);
});
