/** Finds a Chromium: CHROMIUM_PATH, Debian's, Playwright's own. */
import { existsSync } from "node:fs";
import { chromium } from "@playwright/test";

/** @returns its path; undefined without one. */
export const findChromium = (): string | undefined =>
  [process.env["CHROMIUM_PATH"], "/usr/bin/chromium", chromium.executablePath()].find(
    (path) => path && existsSync(path),
  );
