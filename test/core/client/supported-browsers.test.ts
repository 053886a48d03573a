import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { bundleClient, clientTarget } from "../../../scripts/client-package/bundle.ts";
import { child, find, nameOf, parseSource, type Node } from "../../../scripts/lint/source.ts";

const root = join(import.meta.dirname, "../../..");

/** Newer than one of Chrome 111, Safari 16.4 and Firefox 113, as MDN has it. */
const newerStatics: Readonly<Record<string, readonly string[]>> = {
  AbortSignal: ["any"],
  Array: ["fromAsync"],
  Error: ["isError"],
  Iterator: ["from", "concat"],
  Map: ["groupBy"],
  Math: ["f16round", "sumPrecise"],
  Object: ["groupBy"],
  Promise: ["try", "withResolvers"],
  RegExp: ["escape"],
  URL: ["canParse", "parse"],
  Uint8Array: ["fromBase64", "fromHex"],
};
const newerMethods: ReadonlySet<string> = new Set(
  `toReversed toSorted toSpliced isWellFormed toWellFormed toBase64 toHex setFromBase64 setFromHex union intersection
  difference symmetricDifference isSubsetOf isSupersetOf isDisjointFrom getOrInsert getOrInsertComputed
  transferToFixedLength waitAsync checkVisibility setHTMLUnsafe moveBefore togglePopover showPopover`.split(
    /\s+/u,
  ),
);

/** @returns the newer APIs that a script names. */
function newerApis(text: string): string[] {
  const { program } = parseSource({ path: "client.js", text });
  return find(program, "MemberExpression").flatMap((member: Node) => {
    const property = member["computed"] ? undefined : nameOf(child(member, "property"));
    const object = nameOf(child(member, "object"));
    if (property === undefined) return [];
    const isStatic = object !== undefined && newerStatics[object]?.includes(property);
    return isStatic || newerMethods.has(property) ? [`${object ?? ""}.${property}`] : [];
  });
}

describe("[PKG21] the package runs in the browsers of 2023", () => {
  test("it has no API that one of them does not have", async () => {
    expect(clientTarget).toEqual(["chrome111", "safari16.4", "firefox113"]);
    const files = await bundleClient(root, join(root, "packages/client/dist"));
    const scripts = files.filter(({ path }) => path.endsWith(".js"));
    expect(scripts.length).toBeGreaterThan(4);
    const found = scripts.flatMap(({ text }) => newerApis(text));
    expect([...new Set(found)]).toEqual([]);
  });

  test("the check sees statics and methods, also of what is optional", () => {
    expect(newerApis("URL.parse(x)?.origin; JSON.parse(y); list?.toSorted(); a.b.toHex()")).toEqual(
      ["URL.parse", "list.toSorted", ".toHex"],
    );
  });
});
