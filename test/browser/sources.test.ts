/** The sources of an answer on the page. */
import { expect, test } from "./support/test.ts";
import { startConversation } from "./support/conversation.ts";

test("[PAGE49] sources are listed beneath the answer, as links without opener and referrer, and as text", async ({
  page,
  fakeServer,
}) => {
  await startConversation(page, fakeServer);
  fakeServer.sendEvent({
    groundingMetadata: {
      webSearchQueries: ["tallest mountain"],
      groundingChunks: [
        { web: { uri: "https://example.org/everest", title: "<b>Everest</b>" } },
        { web: { uri: "javascript:alert(1)", title: "Do not" } },
      ],
    },
  });
  fakeServer.sendEvent({
    partial: false,
    outputTranscription: { text: "Mount Everest.", finished: true },
  });
  const answer = page.getByRole("listitem").filter({ hasText: "Mount Everest." });
  const link = answer.getByRole("link");
  await expect(link).toHaveText(["<b>Everest</b>"]);
  await expect(link).toHaveAttribute("href", "https://example.org/everest");
  await expect(link).toHaveAttribute("rel", "noopener noreferrer");
  await expect(answer).toContainText("tallest mountain");
});

test("[PAGE49] executed code can be unfolded", async ({ page, fakeServer }) => {
  await startConversation(page, fakeServer);
  fakeServer.sendEvent({
    content: { role: "model", parts: [{ executableCode: { code: "print(6 * 7)" } }] },
  });
  fakeServer.sendEvent({
    content: { role: "model", parts: [{ codeExecutionResult: { output: "42" } }] },
  });
  fakeServer.sendEvent({
    partial: false,
    outputTranscription: { text: "It is 42.", finished: true },
  });
  const code = page.getByText("print(6 * 7)");
  await expect(code).toBeHidden();
  await page.getByText("Code that was run").click();
  await expect(code).toBeVisible();
});
