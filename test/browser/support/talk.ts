/** The first steps of most tests. */
import { expect, type Locator, type Page } from "@playwright/test";
import type { FakeDoor } from "./fake-server.ts";

export interface Talking {
  /** What was said, one bubble each. */
  readonly bubbles: Locator;
}

/** Opens the page and starts a spoken conversation. */
export async function talk(page: Page, { url }: Pick<FakeDoor, "url">): Promise<Talking> {
  await page.goto(url);
  await page.getByRole("button", { name: "Start talking" }).click();
  await expect(page.getByText("Listening")).toBeVisible();
  return { bubbles: page.getByRole("listitem").and(page.locator("[data-state]")) };
}
