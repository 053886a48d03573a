import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { licenceList } from "../../scripts/pack/licence-list.ts";
import { shippedPackages, type ShippedPackage } from "../../scripts/pack/shipped.ts";

const root = join(import.meta.dirname, "../..");
const read = (file: string): string => readFileSync(join(root, file), "utf8");

let shipped: ShippedPackage[] = [];
beforeAll(async () => void (shipped = await shippedPackages(root)));

describe("the packages that are shipped", () => {
  it("[PACK8] are in docs/licences.md, which `npm run licences` writes", () => {
    expect(read("docs/licences.md")).toBe(licenceList(shipped));
  });

  it("[PACK8] have licences that allow it", () => {
    const licences = new Set(shipped.map(({ licence }) => licence));
    const known = [
      "0BSD",
      "Apache-2.0",
      "BSD-3-Clause",
      "BSD-4-Clause",
      "ISC",
      "MIT",
      "MIT OR Apache-2.0",
      "(MIT OR Apache-2.0)",
    ];
    expect([...licences].filter((licence) => !known.includes(licence))).toEqual([]);
  });

  it("[PACK9] are the dependencies, and the development dependencies are not shipped", () => {
    const { dependencies, devDependencies } = JSON.parse(read("package.json")) as Record<
      "dependencies" | "devDependencies",
      object
    >;
    const declared = Object.keys({ ...dependencies, ...devDependencies });
    const names = new Set(shipped.map(({ name }) => name));
    expect(Object.keys(dependencies)).toEqual(
      declared.filter((name) => names.has(name)).toSorted(),
    );
  });
});
