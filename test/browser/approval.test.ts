/** Approval cards on the page. */
import { startConversation } from "./support/conversation.ts";
import { expect, test } from "./support/test.ts";

const approvalRequest = (id: string, hint: string) =>
  ({ actions: { requestedToolConfirmations: { [id]: { hint, confirmed: false } } } }) as object;
const decision = (id: string, confirmed: boolean) => ({
  author: "user",
  content: {
    role: "user",
    parts: [
      { functionResponse: { id, name: "adk_request_confirmation", response: { confirmed } } },
    ],
  },
});

for (const [width, height] of [
  [390, 844],
  [1280, 800],
] as const)
  test.describe(`at ${width} px`, () => {
    test.use({ viewport: { width, height } });

    test("[APPROVE8] an operator sees approval cards, decides each once, and decided cards disappear", async ({
      page,
      fakeServer,
    }) => {
      await startConversation(page, { url: `${fakeServer.url}/?role=operator` });
      expect(fakeServer.requestedUrls[0]).toContain("role=operator");
      fakeServer.sendEvent(approvalRequest("c1", "transfer 80 euros to <b>Bob</b>"));
      fakeServer.sendEvent(approvalRequest("c2", "close the account"));
      const cards = page.getByRole("alert").getByRole("group", { name: "Approval" });
      await expect(cards).toHaveCount(2);
      await expect(cards.first()).toContainText(
        "The agent wants to transfer 80 euros to <b>Bob</b>.",
      );
      await page.screenshot({ path: test.info().outputPath(`approval-${width}.png`) });
      const approve = cards.first().getByRole("button", { name: "Approve" });
      await approve.focus();
      await page.keyboard.press("Space");
      await expect(approve).toBeDisabled();
      await expect(cards.first()).toContainText("You approved. Waiting for the server.");
      await cards.nth(1).getByRole("button", { name: "Decline" }).click();
      await expect(cards.nth(1)).toContainText("You declined. Waiting for the server.");
      await expect
        .poll(() => fakeServer.frames.filter((frame) => "approved" in frame))
        .toEqual([
          { type: "approve", id: "c1", approved: true },
          { type: "approve", id: "c2", approved: false },
        ]);
      fakeServer.sendEvent(decision("c1", true));
      await expect(cards).toHaveCount(1);
      fakeServer.sendEvent(decision("c2", false));
      await expect(cards).toHaveCount(0);
      await expect(page.getByText("Listening")).toBeVisible();
    });
  });

test("[APPROVE8] a page without the operator role shows no approval card", async ({
  page,
  fakeServer,
}) => {
  const { bubbles } = await startConversation(page, fakeServer);
  fakeServer.sendEvent(approvalRequest("c1", "close the account"));
  fakeServer.sendEvent({ outputTranscription: { text: "One moment.", finished: true } });
  await expect(bubbles.last()).toContainText("One moment.");
  await expect(page.getByRole("group", { name: "Approval" })).toHaveCount(0);
});
