/** Source files as the checks read them: parsed once, with the helpers that every check needs. */
import { readdirSync, readFileSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { parseSync, type Comment, type EcmaScriptModule } from "oxc-parser";

export interface TextFile {
  /** Relative to the root of the repository, with forward slashes. */
  readonly path: string;
  readonly text: string;
}

export interface Source extends TextFile {
  readonly program: Node;
  readonly comments: readonly Comment[];
  readonly module: EcmaScriptModule;
}

/** A node of the syntax tree (ESTree with TypeScript), as far as the checks look at it. */
export interface Node {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly [key: string]: unknown;
}

/** @throws Error when the text is not TypeScript. */
export function parseSource({ path, text }: TextFile): Source {
  const { program, comments, module, errors } = parseSync(path, text);
  if (errors[0]) throw new Error(`${path}: ${errors[0].message}`);
  return { path, text, program: program as unknown as Node, comments, module };
}

/** @returns the files below `folder` whose names end in `.extension`, sorted by path. A folder that does not exist has none. */
export function readFiles(root: string, folder: string, extension: string): TextFile[] {
  const base = join(root, folder);
  return namesIn(base)
    .filter(
      (name) =>
        name.endsWith(`.${extension}`) && !/(?:^|[\\/])(?:node_modules|dist)[\\/]/u.test(name),
    )
    .map((name) => join(base, name))
    .sort()
    .map((path) => ({
      path: relative(root, path).split(sep).join("/"),
      text: readFileSync(path, "utf8"),
    }));
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder, { recursive: true }) as string[];
  } catch {
    return [];
  }
}

export const isNode = (value: unknown): value is Node =>
  typeof value === "object" && value !== null && typeof (value as Node).type === "string";

export const childrenOf = (node: Node): Node[] =>
  Object.values(node).flatMap((value) =>
    Array.isArray(value) ? value.filter(isNode) : isNode(value) ? [value] : [],
  );

/** Visits a node and everything below it, parents first. `false` leaves out what is below. */
export function walk(node: Node, visit: (node: Node) => boolean | void): void {
  if (visit(node) === false) return;
  for (const child of childrenOf(node)) walk(child, visit);
}

/** @returns all nodes of these types at or below `node`. */
export function find(node: Node, ...types: string[]): Node[] {
  const found: Node[] = [];
  walk(node, (each) => void (types.includes(each.type) && found.push(each)));
  return found;
}

export const child = (node: Node, key: string): Node | undefined => {
  const value = node[key];
  return isNode(value) ? value : undefined;
};

export const nameOf = (node: Node | undefined): string | undefined =>
  typeof node?.["name"] === "string" ? node["name"] : undefined;

/** Counted from 1. */
export const lineAt = (text: string, offset: number): number =>
  text.slice(0, offset).split("\n").length;
