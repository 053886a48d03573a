/** Imports and exports: exports without an importer, type names with two declarations, cycles between folders. */
import { dirname, join, normalize } from "node:path/posix";
import { child, find, isNode, nameOf, type Node, type Source } from "./source.ts";

interface Import {
  /** The importing file. */
  readonly from: string;
  /** The imported file. */
  readonly to: string;
  /** `*` stands for all of its exports. */
  readonly names: readonly string[];
}

export interface Export {
  readonly path: string;
  readonly name: string;
  readonly isType: boolean;
}

/** @returns the imports and re-exports between files of the repository, type imports too. */
export function importsOf({ path, program }: Source): Import[] {
  const nodes = find(
    program,
    "ImportDeclaration",
    "ExportNamedDeclaration",
    "ExportAllDeclaration",
    "ImportExpression",
    "TSImportType",
  );
  return nodes.flatMap((node) => {
    const specifier = child(node, "source")?.["value"];
    if (typeof specifier !== "string" || !specifier.startsWith(".")) return [];
    const to = normalize(join(dirname(path), specifier));
    const specifiers = Array.isArray(node["specifiers"]) ? node["specifiers"].filter(isNode) : [];
    const names = specifiers.map((each) =>
      each.type === "ImportDefaultSpecifier"
        ? "default"
        : (nameOf(child(each, "imported") ?? child(each, "local")) ?? "*"),
    );
    const isNamed = specifiers.every(({ type }) => !type.includes("Namespace"));
    const isList = node.type === "ImportDeclaration" || node.type === "ExportNamedDeclaration";
    return [{ from: path, to, names: isList && isNamed ? names : ["*"] }];
  });
}

const types = new Set([
  "TSInterfaceDeclaration",
  "TSTypeAliasDeclaration",
  "TSEnumDeclaration",
  "ClassDeclaration",
]);

/** @returns the declarations that a file exports. Re-exports are no declarations. */
export function exportsOf({ path, program }: Source): Export[] {
  return find(program, "ExportNamedDeclaration").flatMap((node) => {
    const declaration = child(node, "declaration");
    if (!declaration) return [];
    const isType = types.has(declaration.type);
    return declaredNames(declaration).map((name) => ({ path, name, isType }));
  });
}

function declaredNames(declaration: Node): string[] {
  const name = nameOf(child(declaration, "id"));
  if (name !== undefined) return [name];
  return find(declaration, "VariableDeclarator").flatMap((each) => {
    const id = child(each, "id");
    if (!id || declaration["declarations"] === undefined) return [];
    if (!(declaration["declarations"] as Node[]).includes(each)) return [];
    return id.type === "Identifier"
      ? [nameOf(id) ?? ""]
      : find(id, "Identifier").flatMap((it) => nameOf(it) ?? []);
  });
}

/** @returns the exported type names that more than one file declares, with these files. */
export function sharedTypeNames(sources: readonly Source[]): Map<string, string[]> {
  const files = new Map<string, string[]>();
  for (const { name, path, isType } of sources.flatMap(exportsOf))
    if (isType) files.set(name, [...(files.get(name) ?? []), path]);
  const shared = [...files].filter(([, paths]) => paths.length > 1);
  return new Map(shared.sort(([a], [b]) => a.localeCompare(b)));
}

/**
 * @param sources the files whose exports are checked.
 * @param importers all files that may import them; a test is an importer.
 * @returns the exports that no other file imports.
 */
export function unusedExports(sources: readonly Source[], importers: readonly Source[]): Export[] {
  const used = new Map<string, Set<string>>();
  for (const { from, to, names } of importers.flatMap(importsOf)) {
    if (from === to) continue;
    const known = used.get(to) ?? new Set();
    for (const name of names) known.add(name);
    used.set(to, known);
  }
  return sources.flatMap(exportsOf).filter(({ path, name }) => {
    const names = used.get(path);
    return !names?.has(name) && !names?.has("*");
  });
}

/** @returns the groups of folders of `src` that import each other in a circle. A file of the root stands for itself. */
export function folderCycles(sources: readonly Source[]): string[][] {
  const graph = new Map<string, Set<string>>();
  for (const { from, to } of sources.flatMap(importsOf)) {
    const [source, target] = [folderOf(from), folderOf(to)];
    if (source === undefined || target === undefined || source === target) continue;
    graph.set(source, (graph.get(source) ?? new Set()).add(target));
  }
  return cyclesIn(graph);
}

/** `src/a/b/c.ts` is of `a`, `src/c.ts` is `c.ts`. */
const folderOf = (path: string): string | undefined => /^src\/([^/]+)/.exec(path)?.[1];

/** @returns the strongly connected components of more than one node: each once, sorted. */
export function cyclesIn(graph: ReadonlyMap<string, ReadonlySet<string>>): string[][] {
  const reaches = new Map([...graph.keys()].map((node) => [node, reachableFrom(graph, node)]));
  const groups = [...graph.keys()].flatMap((node) => {
    if (!reaches.get(node)?.has(node)) return [];
    const group = [...graph.keys()].filter(
      (other) => reaches.get(node)?.has(other) && reaches.get(other)?.has(node),
    );
    return [group.sort().join(" ")];
  });
  return [...new Set(groups)].sort().map((group) => group.split(" "));
}

function reachableFrom(
  graph: ReadonlyMap<string, ReadonlySet<string>>,
  start: string,
): Set<string> {
  const seen = new Set<string>();
  const next = [...(graph.get(start) ?? [])];
  for (let node = next.pop(); node !== undefined; node = next.pop()) {
    if (seen.has(node)) continue;
    seen.add(node);
    next.push(...(graph.get(node) ?? []));
  }
  return seen;
}
