import { describe, expect, it, vi } from "vitest";
import {
  nearestLocation,
  migratedName,
  inJurisdiction,
  type ObjectNamespace,
} from "../../src/placement.ts";

/** A namespace whose objects say where they are. */
const homes = (where: string, knows: readonly string[]): ObjectNamespace<string> => ({
  getByName: (name, options) => `${name} in ${where}, ${options?.locationHint ?? "anywhere"}`,
  jurisdiction: (name) => {
    if (!knows.includes(name)) throw new Error("Jurisdiction restrictions are not implemented.");
    return homes(name, knows);
  },
});

describe("[HOME1] objects stay in JURISDICTION; where the runtime refuses it, that is said and they are made without", () => {
  it("asked for, and known", () => {
    expect(inJurisdiction(homes("the world", ["eu"]), "eu").getByName("a")).toBe(
      "a in eu, anywhere",
    );
  });

  it("asked for, and not known", () => {
    const warn = vi.spyOn(console, "warn").mockImplementation(() => undefined);
    expect(inJurisdiction(homes("the world", []), "eu").getByName("a")).toBe(
      "a in the world, anywhere",
    );
    expect(warn.mock.calls.join(" ")).toContain("JURISDICTION eu");
    warn.mockRestore();
  });

  it("not asked for", () => {
    expect(inJurisdiction(homes("the world", ["eu"]), undefined).getByName("a")).toContain(
      "the world",
    );
  });
});

describe("[HOME2] an object is made near its first client", () => {
  it("by continent, and by the side of it", () => {
    const places = [
      ["NA", "-122.4", "wnam"],
      ["NA", "-74.0", "enam"],
      ["EU", "2.3", "weur"],
      ["EU", "21.0", "eeur"],
      ["AS", "55.3", "me"],
      ["AS", "139.7", "apac"],
      ["SA", "-46.6", "sam"],
      ["OC", "151.2", "oc"],
      ["AF", "28.0", "afr"],
      ["T1", undefined, undefined],
    ] as const;
    for (const [continent, longitude, hint] of places)
      expect(nearestLocation({ continent, longitude })).toBe(hint);
  });
});

describe("[HOME3] a conversation moves once", () => {
  it("and its other object has no other name", () => {
    const other = migratedName('["assistant","ann","s"]');
    expect(other).toBe('["assistant","ann","s","moved"]');
    expect(migratedName(other ?? "")).toBeUndefined();
  });
});
