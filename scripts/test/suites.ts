/** The suites of `npm test` and `npm run test:full`. Together they hold a test of every rule in docs/behaviour.md. */

export interface Suite {
  readonly name: string;
  /** Decides how its report is read. A check has none: it passes or fails as a whole. */
  readonly kind: "check" | "vitest" | "playwright";
  /** Arguments for Node. */
  readonly args: readonly string[];
  /** It needs real time: nothing else may run meanwhile. */
  readonly alone?: true;
}

const npm = process.env["npm_execpath"];

const script = (name: string): Suite => {
  if (!npm) throw new Error("Run this with npm: npm test.");
  return { name, kind: "check", args: [npm, "run", "--silent", name] };
};

const project = (name: string, ...args: string[]): Suite => ({
  name,
  kind: "vitest",
  args: ["node_modules/vitest/vitest.mjs", "run", "--project", name, ...args],
});

const browser = (...args: string[]): Suite => ({
  name: "browser",
  kind: "playwright",
  args: ["scripts/test-browser.ts", ...args],
  alone: true,
});

const engine = (name: string): Suite => ({
  name,
  kind: "vitest",
  args: ["scripts/test-engines.ts", name],
  alone: true,
});

const alone = (suite: Suite): Suite => ({ ...suite, alone: true });

// The longest is first: the others fit beside it.
const quick: readonly Suite[] = [
  project("worker"),
  script("types"),
  script("lint"),
  project("core"),
  project("emulator"),
  project("frame-path"),
  {
    // One spoken turn through all of `npm start`.
    ...alone(project("system", "--testNamePattern", "SPOKEN1.*my name")),
    name: "spoken turn",
  },
  {
    ...browser("--project", "real-time", "--no-deps", "--grep", "PAGE80"),
    name: "browser conversation",
  },
];

const full: readonly Suite[] = [
  script("check:bundle"),
  alone(project("speech")),
  alone(project("sdk")),
  alone(project("system")),
  alone(project("pack")),
  browser(),
  engine("Firefox"),
  engine("WebKitGTK"),
];

export const suites = { quick, full };
