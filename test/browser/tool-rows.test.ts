/** Tool calls, transfers and languages in the transcript. */
import { startConversation } from "./support/conversation.ts";
import { agentSays, sendTools } from "./support/page-actions.ts";
import { pageStates } from "./support/page-states.ts";
import { expect, test } from "./support/test.ts";

test("[PAGE124] a tool call is a closed row in words, which opens to arguments, result and duration", async ({
  page,
  fakeServer,
}) => {
  await pageStates.find(({ name }) => name === "tools-tiles")?.show(page, fakeServer);
  const rows = page.getByRole("listitem").filter({ has: page.locator("details") });
  await expect(rows.locator("summary")).toHaveText([
    /^\s*Used find items\s*0\.8 s\s*$/,
    /^\s*Add to cart failed\s*0\.8 s\s*$/,
    /^\s*Using deep research\s*$/,
  ]);
  const result = rows.first().getByLabel("Result");
  await expect(result).toBeHidden();
  await rows.first().locator("summary").focus();
  await page.keyboard.press("Enter");
  await expect(result).toContainText("Pink Dancing People Mug");
  await expect(rows.first().getByLabel("Arguments")).toContainText('"max_price": 40');
  await rows.nth(1).locator("summary").click();
  await expect(rows.nth(1).getByLabel("Result")).toContainText("There is no item mug-9.");
});

test("[PAGE165] a reader stays at a row that opens at the end, until the end is in view again", async ({
  page,
  fakeServer,
}) => {
  await page.setViewportSize({ width: 390, height: 844 });
  await startConversation(page, fakeServer);
  sendTools(fakeServer);
  const latest = page.getByRole("button", { name: "Latest" });
  const row = page.getByText("Used find items");
  await row.click();
  await expect(latest).toBeVisible();
  agentSays(fakeServer, "Shall I put it into your cart?");
  await expect(page.getByText("Shall I put it").first()).toBeAttached();
  await expect(row).toBeInViewport();
  await page.setViewportSize({ width: 844, height: 1600 });
  await expect(page.getByText("Shall I put it").first()).toBeInViewport();
  await expect(latest).toBeHidden();
});

test("[PAGE124] a transfer is told in words, and both agents are named", async ({
  page,
  fakeServer,
}) => {
  const { bubbles } = await startConversation(page, fakeServer);
  const part = (part: object) => ({ content: { parts: [part] } as never });
  fakeServer.sendEvent({ outputTranscription: { text: "I ask.", finished: true } });
  fakeServer.sendEvent(
    part({ functionCall: { id: "t", name: "transfer_to_agent", args: { agentName: "primes" } } }),
  );
  fakeServer.sendEvent({
    ...part({ functionResponse: { id: "t", name: "transfer_to_agent", response: {} } }),
    actions: { transferToAgent: "primes", stateDelta: {} } as never,
  });
  fakeServer.sendEvent({ author: "primes", agentChanged: { from: "dice", to: "primes" } });
  fakeServer.sendEvent({ outputTranscription: { text: "It is prime.", finished: true } });
  await expect(bubbles).toHaveText([
    /Dice: I ask\./,
    "Transferred to primes",
    /Primes: It is prime\./,
  ]);
  await expect(page.getByText("transfer to agent")).toHaveCount(0);
});

test("[PAGE127] a line in another script names its language", async ({ page, fakeServer }) => {
  const { bubbles } = await startConversation(page, fakeServer);
  for (const text of ["Hello.", "你好，請坐。", "こんにちは。", "안녕하세요."])
    fakeServer.sendEvent({ inputTranscription: { text, finished: true } });
  await expect(bubbles).toHaveCount(4);
  const languages = await bubbles.evaluateAll((lines) =>
    lines.map((line) => line.querySelector(".text")?.getAttribute("lang")),
  );
  expect(languages).toEqual([null, "zh", "ja", "ko"]);
});
