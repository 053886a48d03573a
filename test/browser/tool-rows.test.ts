/** Tool calls, transfers and languages in the transcript. */
import { startConversation } from "./support/conversation.ts";
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
    /dice: I ask\./,
    "Transferred to primes",
    /primes: It is prime\./,
  ]);
  await expect(page.getByText("transfer to agent")).toHaveCount(0);
});

test("[PAGE127] a line in another script names its language", async ({ page, fakeServer }) => {
  const { bubbles } = await startConversation(page, fakeServer);
  for (const text of ["Hello.", "你好，請坐。", "こんにちは。", "안녕하세요."])
    fakeServer.sendEvent({ inputTranscription: { text, finished: true } });
  await expect(bubbles).toHaveCount(4);
  const languages = await bubbles.evaluateAll((lines) =>
    lines.map((line) => line.getAttribute("lang")),
  );
  expect(languages).toEqual([null, "zh", "ja", "ko"]);
});
