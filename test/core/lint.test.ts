/** The project's own checks find what is planted, and leave alone what only looks like it. */
import { describe, expect, it } from "vitest";
import {
  cyclesIn,
  folderCycles,
  sharedTypeNames,
  unusedExports,
} from "../../scripts/lint/imports.ts";
import {
  clausesOf,
  commentLines,
  ledLimit,
  markdownLines,
  nounsInNames,
  nounsInProse,
  shareOf,
} from "../../scripts/lint/prose.ts";
import { checkRuleIds, ruleIds, testedIds } from "../../scripts/lint/rule-ids.ts";
import { parseSource } from "../../scripts/lint/source.ts";
import { everyday, storyNouns } from "../../scripts/lint/story-nouns.ts";
import { measureStructure } from "../../scripts/lint/structure.ts";

const file = (text: string, path = "src/core/planted.ts") => ({ path, text });
const source = (path: string, text: string) => parseSource({ path, text });
const led = (...lines: string[]) =>
  shareOf([{ path: "x.md", lines: lines.map((text, at) => ({ number: at + 1, text })) }]);

describe("the share of clauses led by who, what, nobody and the like", () => {
  it.each([
    ["Whoever is slow is sent away."],
    ["The relay closes: what was held is lost."],
    ["- [LINK5] Who comes back hears what was kept."],
    ["## What is kept"],
    ["| a cell | nobody waits |"],
    ["@param said what was spoken, in order."],
    ["@returns whose socket it is."],
    ["**Those** who left."],
  ])("finds %s", (line) => {
    expect(led(line).led).toHaveLength(1);
  });

  it.each([
    ["The relay closes the socket of a client that is slow."],
    ["Reads `what` and `who.`"],
    ["Whatsoever is a word of its own, and so is who's."],
    ["@param what the kind of fault."],
    ["    what ──► is a diagram"],
    ["See [the log](what.md)."],
  ])("leaves %s", (line) => {
    expect(led(line).led).toEqual([]);
  });

  it("counts clauses, and fails above one in a hundred", () => {
    const { clauses, led: found } = led("One. Two: three; four", "version 1.5 at 12:30");
    expect([clauses, found.length]).toEqual([5, 0]);
    const planted = led(...Array.from({ length: 98 }, () => "A clause."), "Who leads. Whom.");
    expect(planted.led.length / planted.clauses).toBeGreaterThan(ledLimit);
  });

  it("reads comments, not code, strings, directives or examples", () => {
    const text = [
      "/** Who waits. */",
      'const who = "Nobody here.";',
      "// oxlint-disable-next-line no-empty-pattern -- what Playwright reads",
      "/**",
      " * Sends a frame.",
      " * ```",
      " * what(is, this);",
      " * ```",
      " */",
    ].join("\n");
    const lines = commentLines(file(text));
    expect(shareOf([{ path: "x", lines }]).led).toEqual([
      { path: "x", line: 1, text: "Who waits" },
    ]);
  });

  it("leaves out code blocks of Markdown", () => {
    const lines = markdownLines(file("One.\n```\nWho is it.\n```\nTwo."));
    expect(lines.map(({ text }) => text)).toEqual(["One.", "Two."]);
    expect(clausesOf("    who(is, it)")).toEqual([]);
    expect(clausesOf("  - one, indented")).toEqual(["one, indented"]);
  });
});

describe("story nouns", () => {
  const inProse = (text: string) => nounsInProse("x.md", [{ number: 3, text }]);

  it("are found in running text, in the plural too, with the term to use", () => {
    expect(inProse("The turnstile of both doors.")).toEqual([
      { path: "x.md", line: 3, text: '"turnstile": say admission' },
      { path: "x.md", line: 3, text: '"doors": say protocol' },
    ]);
    expect(inProse("Use `turnstile` no more.")).toEqual([]);
  });

  it("are not found in the id of a rule, in brackets or in a table", () => {
    expect(inProse("- [DOOR1] The relay closes the socket.")).toEqual([]);
    expect(inProse("| a bad origin is 1008 | ORIGIN1, DOOR12 |")).toEqual([]);
    expect(inProse("[DOOR1] is a rule of the door.")).toHaveLength(1);
    expect(inProse("DOOR is not the id of a rule.")).toHaveLength(1);
  });

  it("are found in parts of names and in file names, once each", () => {
    const text = "class TurnstileQueue { #oldSeats = 1; get() { return this.#oldSeats; } }";
    const found = nounsInNames(file(text, "src/conversation/dossier.ts"));
    expect(found.map((each) => each.text.split(":")[0])).toEqual([
      '"dossier"',
      '"turnstile"',
      '"seats"',
    ]);
  });

  it("may be settings, strings and, where they are verbs as well, running text", () => {
    expect(nounsInNames(file('const env = { TICKET: "a seat" };'))).toEqual([]);
    expect(inProse("The model stops talking; people talk.")).toEqual([]);
    expect(nounsInNames(file("const talk = 1;"))).toHaveLength(1);
  });

  it("have no word in both lists", () => {
    expect(Object.keys(everyday).filter((word) => storyNouns.has(word))).toEqual([]);
  });
});

describe("exported names", () => {
  const one = source("src/core/one.ts", "export interface Frame {}\nexport const unused = 1;");
  const two = source(
    "src/store/two.ts",
    "export type Frame = 1;\nexport class Own {}\ntype Frames = 2;",
  );
  const reader = source(
    "src/store/reader.ts",
    'import { Frame } from "../core/one.ts";\nimport type { Own as Mine } from "./two.ts";\ntype T = import("./two.ts").Frame;',
  );

  it("of types are declared in one file", () => {
    expect(sharedTypeNames([one, two])).toEqual(
      new Map([["Frame", ["src/core/one.ts", "src/store/two.ts"]]]),
    );
  });

  it("are imported somewhere", () => {
    const all = [one, two, reader];
    expect(unusedExports(all, all)).toEqual([
      { path: "src/core/one.ts", name: "unused", isType: false },
    ]);
    expect(unusedExports([two], [two]).map(({ name }) => name)).toEqual(["Frame", "Own"]);
  });

  it("count as imported by a namespace import", () => {
    const all = source("test/all.ts", 'import * as one from "../src/core/one.ts";');
    expect(unusedExports([one], [all])).toEqual([]);
  });
});

describe("cycles between folders", () => {
  it("are found through type imports and files of the root", () => {
    const sources = [
      source("src/a/one.ts", 'import type { B } from "../b/two.ts";'),
      source("src/b/two.ts", 'export * from "../config.ts";'),
      source("src/config.ts", 'import { a } from "./a/one.ts";'),
      source("src/index.ts", 'import { a } from "./a/one.ts";'),
    ];
    expect(folderCycles(sources)).toEqual([["a", "b", "config.ts"]]);
  });

  it("are none in a tree", () => {
    const graph = { a: ["b", "c"], b: ["c"], c: [] };
    expect(
      cyclesIn(new Map(Object.entries(graph).map(([node, to]) => [node, new Set(to)]))),
    ).toEqual([]);
  });
});

describe("the rules' ids", () => {
  const behaviour = "# Behaviour\n\n- [ONE1] Must.\n- [TWO2] Must not, see [ONE1].\n";

  it("are those that begin a list item", () => {
    expect(ruleIds(behaviour)).toEqual(["ONE1", "TWO2"]);
  });

  it("are read from titles, templates too, not from comments", () => {
    const test = file(
      '// [THREE3]\nit("[ONE1] x", f);\nit(`[TWO2] ${name}`, f);',
      "test/a.test.ts",
    );
    expect([...testedIds(test)]).toEqual(["ONE1", "TWO2"]);
  });

  it("must each have a test, and a test must have a rule", () => {
    const test = file('it("[ONE1] [FOUR4] x", f);', "test/a.test.ts");
    expect(checkRuleIds(`${behaviour}- [ONE1] Again.\n`, [test])).toEqual([
      "docs/behaviour.md has [ONE1] twice",
      "[TWO2] has no test",
      "test/a.test.ts names [FOUR4], which is no rule",
    ]);
  });
});

describe("the structure of the conversation", () => {
  const found = (text: string, name: string) =>
    measureStructure([source("src/conversation/planted.ts", text)])
      .find((measure) => measure.name.startsWith(name))
      ?.found.map((each) => each.replace("src/conversation/planted.ts: ", ""));

  it("counts interfaces of functions or classes that a constructor takes", () => {
    const text = `
      interface Needs { send(): void; readonly log: Log; }
      interface Data { readonly name: string; send(): void; }
      interface Other { send(): void; close: () => void; }
      interface Shared { a(): void; b(): void; }
      type Picked = Pick<Log, "append" | "read">;
      class Log { #n = 0; }
      class Runs implements Shared { #n = 0; constructor(a: Needs, b: Data, c: Shared, d: Picked) {} }
      class More implements Shared { #n = 0; }`;
    expect(found(text, "dependency interfaces")).toEqual(["Needs", "Picked"]);
  });

  it("counts functions over its own modules that a class passes on", () => {
    const text = `class Conversation {
      #count = 0;
      readonly #log = new Log();
      readonly #runs = new Runs({ now: () => this.#log.now, count: () => this.#count }, () => this.#log);
      readonly #names = [1].map(() => this.#log);
      bag() { return { log: () => this.#log }; }
      wait() { setTimeout(() => this.#log.flush(), 1); list.then(() => this.#log); }
    }`;
    expect(found(text, "closures")).toHaveLength(3);
  });

  it("counts classes that only hold what they are given", () => {
    const text = `
      class Empty { run() {} }
      class Bag { readonly #a: A; constructor(a: A) { this.#a = a; } }
      class Derived extends Base {}
      class Counter { #n: number; constructor(n: number) { this.#n = n; } next() { this.#n++; } }
      class Holder { readonly #all = new Map(); }`;
    expect(found(text, "classes without state")).toEqual(["Empty", "Bag"]);
  });

  it("counts sends that happen while an object is made", () => {
    const text = `class Presence {
      #n = 0;
      constructor(all: All) { this.#greet(all); later(() => all.send("later")); }
      #greet(all: All) { all.send("now"); }
      stop(all: All) { all.close(); }
    }`;
    expect(found(text, "sends")).toEqual(['Presence: all.send("now")']);
  });
});
