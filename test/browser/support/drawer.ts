/** Opens the drawer of the page, the first step of the tests of its panels. */
import { expect, type Locator, type Page } from "@playwright/test";

export const openMenu = async (page: Page): Promise<Locator> => {
  await page.getByRole("button", { name: "Menu" }).click();
  const drawer = page.getByRole("dialog");
  await expect(drawer).toBeVisible();
  return drawer;
};

export const openPanel = async (page: Page, name: string): Promise<Locator> => {
  const drawer = await openMenu(page);
  await drawer.getByRole("tab", { name }).click();
  return drawer;
};
