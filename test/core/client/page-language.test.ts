import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { AgentInfo } from "../../../packages/client/src/index.ts";
import { english } from "../../../src/page/language/english.ts";
import { languageFor, setLanguage, strings } from "../../../src/page/language/strings.ts";
import { traditionalChinese } from "../../../src/page/language/traditional-chinese.ts";
import { describeNotice } from "../../../src/page/view/notice.ts";

interface Text {
  readonly path: string;
  readonly text: string;
  /** The values that the English text shows. */
  readonly marks: readonly string[];
}

/** Every text; a function's with a mark in place of each value. A translation may drop a parameter: English has all. */
function textsOf(value: unknown, original: unknown, path = ""): readonly Text[] {
  if (typeof value === "function" && typeof original === "function") {
    const marks = Array.from({ length: original.length }, (_, at) => `<${at}>`);
    const text: unknown = value(...marks);
    return [{ path, text: Array.isArray(text) ? text.join("") : String(text), marks }];
  }
  if (typeof value !== "object" || value === null)
    return [{ path, text: String(value), marks: [] }];
  return Object.entries(value).flatMap(([key, each]) =>
    textsOf(each, Reflect.get(Object(original), key), `${path}/${key}`),
  );
}

const isWhole = ({ text, marks }: Text): boolean =>
  text.trim() !== "" && !text.includes("undefined") && marks.every((mark) => text.includes(mark));

test.for([
  ["English", english],
  ["Traditional Chinese", traditionalChinese],
] as const)("[PAGE147] %s has no empty text, and its texts show all values", ([, language]) => {
  const texts = textsOf(language, english);
  expect(texts.length).toBeGreaterThan(100);
  expect(texts.filter((text) => !isWhole(text))).toEqual([]);
});

test("[PAGE147] a text without one of its values is found", () => {
  const original = { leaves: (agent: string) => `You leave ${agent}.`, stay: "Stay" };
  const broken = { leaves: () => "您將離開。", stay: " " };
  const found = textsOf(broken, original).filter((text) => !isWhole(text));
  expect(found.map(({ path }) => path)).toEqual(["/leaves", "/stay"]);
});

const page = join(import.meta.dirname, "../../../src/page");

/** Names, which have no language. */
const names = new Set(["parley", "npm run token"]);

/** The texts of a template: attributes that are read out or shown, and elements without others inside. */
function textsOfTemplate(source: string): readonly string[] {
  const attributes = source.matchAll(/\b(?:aria-label|title|placeholder|alt)="([^"]*)"/gu);
  const elements = source.matchAll(/(?<!=)>([^<>{}`;=()]*\p{L}{2}[^<>{}`;=()]*)<\//gu);
  return [...attributes, ...elements]
    .map(([, text = ""]) => text.trim())
    .filter((text) => /\p{L}{2}/u.test(text.replaceAll(/\$\{[^}]*\}/gu, "")) && !names.has(text));
}

test("[PAGE147] no template of the page has a text of its own", () => {
  const files = globSync("{view,panels}/**/*.ts", { cwd: page });
  expect(files.length).toBeGreaterThan(30);
  const found = files.flatMap((file) => {
    const source = readFileSync(join(page, file), "utf8");
    return textsOfTemplate(source.replaceAll(/^ *(?:\/\*\*|\*|\/\/).*$/gmu, ""));
  });
  expect(found).toEqual([]);
  expect(textsOfTemplate('<b title="Hang up" alt="${a} of">\n Go on </b><i>${b}</i>')).toEqual([
    "Hang up",
    "${a} of",
    "Go on",
  ]);
});

test.for([
  [["zh-TW", "en"], "zh-Hant"],
  [["zh"], "zh-Hant"],
  [["ZH-hant-HK"], "zh-Hant"],
  [["en-GB", "zh-TW"], "en"],
  [["de", "zh-TW", "en"], "zh-Hant"],
  [["de", "fr"], "en"],
  [["zha"], "en"],
  [[], "en"],
] as const)("[PAGE148] of %o the page takes %s", ([preferred, language]) => {
  expect(languageFor("system", preferred)).toBe(language);
});

test("[PAGE148] a choice goes before the browser's languages", () => {
  expect(languageFor("en", ["zh-TW"])).toBe("en");
  expect(languageFor("zh-Hant", ["en"])).toBe("zh-Hant");
});

test("[PAGE148] an error of the client is in the page's language, and one of the server as it comes", async () => {
  const document = { documentElement: { lang: "" } } as Document;
  const own = { notice: "The camera is busy.", noticeCode: "NotReadableError" };
  const servers = { notice: "Too much.", noticeCode: "RATE_LIMITED" };
  expect(describeNotice(own, [], undefined)).toBe("The camera is busy.");
  await setLanguage("zh-Hant", document);
  expect(document.documentElement.lang).toBe("zh-Hant");
  expect(describeNotice(own, [], undefined)).toBe(traditionalChinese.errors["NotReadableError"]);
  expect(describeNotice(servers, [], undefined)).toBe("Too much.");
  expect(describeNotice({}, [{ name: "guide" } as AgentInfo], "nobody")).toContain("nobody");
  await setLanguage("en", document);
  expect(strings()).toBe(english);
});

test("[PAGE148] of two choices in a row the later one holds, whichever is loaded first", async () => {
  const document = { documentElement: { lang: "" } } as Document;
  await Promise.all([setLanguage("zh-Hant", document), setLanguage("en", document)]);
  expect(strings()).toBe(english);
  expect(document.documentElement.lang).toBe("en");
});
