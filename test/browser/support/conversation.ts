/** Opens a conversation on the page, the first step of most tests. */
import { expect, type Locator, type Page } from "@playwright/test";
import type { FakeServer } from "./fake-server.ts";

export interface ConversationPage {
  /** One list item for each caption. */
  readonly bubbles: Locator;
}

/** Opens the page and starts a spoken conversation. */
export async function startConversation(
  page: Page,
  { url }: Pick<FakeServer, "url">,
): Promise<ConversationPage> {
  await page.goto(url);
  await page.getByRole("button", { name: "Start talking" }).click();
  await expect(page.getByText("Listening")).toBeVisible();
  return { bubbles: page.getByRole("listitem").and(page.locator("[data-state]")) };
}
