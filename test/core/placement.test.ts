import { describe, expect, it, vi } from "vitest";
import {
  nearestLocation,
  migratedName,
  inJurisdiction,
  type ObjectNamespace,
} from "../../src/placement.ts";

/** A namespace whose stubs are descriptions of their location. */
const namespaceIn = (where: string, supported: readonly string[]): ObjectNamespace<string> => ({
  getByName: (name, options) => `${name} in ${where}, ${options?.locationHint ?? "anywhere"}`,
  jurisdiction: (name) => {
    if (!supported.includes(name))
      throw new Error("Jurisdiction restrictions are not implemented in workerd.");
    return namespaceIn(name, supported);
  },
});

describe("[HOME1] objects stay in JURISDICTION; if the runtime does not support it, a warning is logged and it is ignored", () => {
  it("set and supported", () => {
    expect(inJurisdiction(namespaceIn("the world", ["eu"]), "eu").getByName("a")).toBe(
      "a in eu, anywhere",
    );
  });

  it("set and not supported", () => {
    const warn = vi.spyOn(console, "warn").mockImplementation(() => undefined);
    expect(inJurisdiction(namespaceIn("the world", []), "eu").getByName("a")).toBe(
      "a in the world, anywhere",
    );
    expect(warn.mock.calls.join(" ")).toContain("JURISDICTION eu");
    warn.mockRestore();
  });

  it("set and refused: no object is made outside of it", () => {
    const refusing = {
      ...namespaceIn("the world", []),
      jurisdiction: () => {
        throw new Error("This account has no fedramp.");
      },
    };
    expect(() => inJurisdiction(refusing, "fedramp")).toThrow("no fedramp");
  });

  it("not set", () => {
    expect(inJurisdiction(namespaceIn("the world", ["eu"]), undefined).getByName("a")).toContain(
      "the world",
    );
  });
});

describe("[HOME2] an object is created near its first client", () => {
  it("by continent and longitude", () => {
    const cases = [
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
    for (const [continent, longitude, hint] of cases)
      expect(nearestLocation({ continent, longitude })).toBe(hint);
  });
});

describe("[HOME3] a conversation migrates once", () => {
  it("the other object's name has no further name", () => {
    const other = migratedName('["assistant","ann","s"]');
    expect(other).toBe('["assistant","ann","s","moved"]');
    expect(migratedName(other ?? "")).toBeUndefined();
  });
});
