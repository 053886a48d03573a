/** Counts the couplings between the modules of the conversation. */
import { folderCycles } from "./imports.ts";
import { child, childrenOf, find, isNode, nameOf, walk, type Node, type Source } from "./source.ts";

/** Every module gets it as it is: it is not an interface made for one constructor. */
const contextName = "ConversationContext";

export interface Measure {
  readonly name: string;
  readonly limit: number;
  /** One entry for each thing that is counted. */
  readonly found: readonly string[];
}

/** @param sources all of `src`. */
export function measureStructure(sources: readonly Source[]): Measure[] {
  const conversation = sources.filter(({ path }) => /^src\/conversation(?:\/|\.ts$)/.test(path));
  const shared = sharedInterfaces(sources);
  const classNames = new Set(sources.flatMap((source) => classesOf(source).map(className)));
  return [
    { name: "files", limit: 28, found: conversation.map(({ path }) => path) },
    {
      name: "dependency interfaces made by hand",
      limit: 3,
      found: dependencyInterfaces(conversation, classNames).filter((name) => !shared.has(name)),
    },
    {
      name: "closures that pass one module to another",
      limit: 8,
      found: conversation.flatMap(closuresBetweenModules),
    },
    { name: "classes without state", limit: 0, found: conversation.flatMap(statelessClasses) },
    { name: "sends in a constructor", limit: 0, found: conversation.flatMap(constructorSends) },
    {
      name: "import cycles between folders of src",
      limit: 0,
      found: folderCycles(sources).map((cycle) => cycle.join(" → ")),
    },
  ];
}

const classesOf = ({ program }: Source): Node[] => find(program, "ClassDeclaration");
const className = (node: Node): string => nameOf(child(node, "id")) ?? "";
const membersOf = (node: Node): Node[] =>
  ((child(node, "body")?.["body"] as unknown[] | undefined) ?? []).filter(isNode);
const keyOf = (member: Node): string => nameOf(child(member, "key")) ?? "";
const isField = ({ type }: Node): boolean => type === "PropertyDefinition";

const constructorOf = (node: Node): Node | undefined => {
  const member = membersOf(node).find((each) => each["kind"] === "constructor");
  return member && child(member, "value");
};

/** Interfaces that two classes or more implement: they exist for the sake of the classes. */
function sharedInterfaces(sources: readonly Source[]): Set<string> {
  const counts = new Map<string, number>();
  for (const node of sources.flatMap(classesOf))
    for (const each of (node["implements"] as Node[] | undefined) ?? []) {
      const name = nameOf(child(each, "expression")) ?? "";
      counts.set(name, (counts.get(name) ?? 0) + 1);
    }
  return new Set([...counts].filter(([, count]) => count > 1).map(([name]) => name));
}

/** @returns the interfaces a constructor takes, with two members or more that are functions or instances of classes. */
function dependencyInterfaces(
  sources: readonly Source[],
  classNames: ReadonlySet<string>,
): string[] {
  const taken = new Set(
    sources.flatMap(classesOf).flatMap((node) => {
      const params = (constructorOf(node)?.["params"] as Node[] | undefined) ?? [];
      return params.flatMap(typeNames);
    }),
  );
  return sources.flatMap(({ program }) =>
    find(program, "TSInterfaceDeclaration", "TSTypeAliasDeclaration").flatMap((node) => {
      const name = className(node);
      if (!taken.has(name) || name === contextName) return [];
      return dependencies(node, classNames) >= 2 ? [name] : [];
    }),
  );
}

const typeNames = (node: Node): string[] =>
  find(node, "TSTypeReference").flatMap((each) => nameOf(child(each, "typeName")) ?? []);

function dependencies(node: Node, classNames: ReadonlySet<string>): number {
  const body = child(node, "body") ?? child(node, "typeAnnotation");
  if (!body) return 0;
  // Pick<AClass, "one" | "two"> is an interface made by hand, too.
  const picked = find(body, "TSTypeReference").filter((each) =>
    ["Pick", "Omit"].includes(nameOf(child(each, "typeName")) ?? ""),
  );
  const literals = picked.flatMap((each) => find(each, "TSLiteralType")).length;
  const members = topMembers(body).filter((member) => {
    if (member.type === "TSMethodSignature") return true;
    const annotation = child(member, "typeAnnotation");
    if (!annotation) return false;
    return (
      find(annotation, "TSFunctionType").length > 0 ||
      typeNames(annotation).some((name) => classNames.has(name))
    );
  });
  return members.length + literals;
}

/** Members of the interface itself, not of object types inside it. */
function topMembers(body: Node): Node[] {
  const members: Node[] = [];
  walk(body, (node) => {
    if (node.type !== "TSPropertySignature" && node.type !== "TSMethodSignature") return true;
    members.push(node);
    return false;
  });
  return members;
}

/** Calls of these take a function and run it, or keep it, themselves: nothing is passed to a module. */
const ordinary =
  /^(?:map|flatMap|filter|find\w*|some|every|forEach|reduce|sort|toSorted|from|then|catch|finally|set\w+|queueMicrotask|waitUntil|blockConcurrencyWhile|transactionSync|addEventListener)$/;

/** @returns the functions that a class hands to another when either is made, and that use one of its own modules. */
function closuresBetweenModules(source: Source): string[] {
  return classesOf(source).flatMap((node) => {
    const fields = moduleFields(node);
    const found = wirings(node).flatMap((wiring) => passedFunctions(wiring));
    return [...new Set(found)]
      .filter((each) => usesField(each, fields))
      .map((each) => `${source.path}: ${className(node)}: ${excerpt(source, each)}`);
  });
}

/** Where a class is wired to others: its field initialisers, its constructor, arguments of `new`, objects that its methods return. */
function wirings(node: Node): Node[] {
  const constructor = constructorOf(node);
  return [
    ...membersOf(node).filter(isField),
    ...(constructor ? [constructor] : []),
    ...find(node, "NewExpression"),
    ...find(node, "ReturnStatement").filter(
      (each) => child(each, "argument")?.type === "ObjectExpression",
    ),
  ];
}

/** Fields that hold more than a number, a text or a flag. */
function moduleFields(node: Node): Set<string> {
  const simple = ["TSNumberKeyword", "TSStringKeyword", "TSBooleanKeyword"];
  const fields = membersOf(node).filter((each) => {
    const annotation = child(each, "typeAnnotation");
    const isSimple =
      annotation && find(annotation, ...simple).length > 0 && typeNames(annotation).length === 0;
    return isField(each) && child(each, "value")?.type !== "Literal" && !isSimple;
  });
  return new Set(fields.map(keyOf));
}

function passedFunctions(node: Node): Node[] {
  return childrenOf(node).flatMap((each) => [
    ...(isFunction(each) && isPassed(node, each) ? [each] : []),
    ...passedFunctions(each),
  ]);
}

const isFunction = ({ type }: Node): boolean =>
  type === "ArrowFunctionExpression" || type === "FunctionExpression";

function isPassed(parent: Node, closure: Node): boolean {
  if (parent.type === "Property") return parent["value"] === closure && parent["method"] !== true;
  if (parent.type === "NewExpression") return nameOf(child(parent, "callee")) !== "Promise";
  if (parent.type !== "CallExpression") return false;
  const callee = child(parent, "callee");
  const name = nameOf(callee?.type === "MemberExpression" ? child(callee, "property") : callee);
  return !ordinary.test(name ?? "");
}

const usesField = (closure: Node, fields: ReadonlySet<string>): boolean =>
  find(closure, "MemberExpression").some(
    (each) =>
      child(each, "object")?.type === "ThisExpression" &&
      fields.has(nameOf(child(each, "property")) ?? ""),
  );

const excerpt = ({ text }: Source, node: Node): string =>
  text.slice(node.start, node.end).replace(/\s+/g, " ").slice(0, 60);

/** @returns the classes whose fields only hold what their constructor was given. They could be functions. */
function statelessClasses(source: Source): string[] {
  return classesOf(source).flatMap((node) => {
    if (child(node, "superClass")) return [];
    const fields = membersOf(node).filter(isField);
    const given = givenFields(node);
    const hasState = fields.some((field) => child(field, "value") || !given.has(keyOf(field)));
    return hasState ? [] : [`${source.path}: ${className(node)}`];
  });
}

/** Fields that are assigned a parameter of the constructor, and nothing else anywhere. */
function givenFields(node: Node): Set<string> {
  const constructor = constructorOf(node);
  const params = new Set(
    ((constructor?.["params"] as Node[] | undefined) ?? []).flatMap((param) =>
      find(param, "Identifier").flatMap((each) => nameOf(each) ?? []),
    ),
  );
  const given = new Set<string>();
  const changed = new Set<string>();
  for (const each of find(node, "AssignmentExpression", "UpdateExpression")) {
    const target = child(each, "left") ?? child(each, "argument");
    if (target?.type !== "MemberExpression") continue;
    const field = nameOf(child(target, "property")) ?? "";
    const value = child(each, "right");
    const isGiven = value?.type === "Identifier" && params.has(nameOf(value) ?? "");
    (isGiven && !given.has(field) ? given : changed).add(field);
  }
  return new Set([...given].filter((field) => !changed.has(field)));
}

const sending = /^(?:send|publish|broadcast|tell|follow|close|push(?:All|To))/;

/** @returns calls that send, in the constructor or in methods it calls on itself. */
function constructorSends(source: Source): string[] {
  return classesOf(source).flatMap((node) => {
    const methods = new Map(
      membersOf(node)
        .filter(({ type }) => type === "MethodDefinition")
        .map((member) => [keyOf(member), child(member, "value")]),
    );
    const body = constructorOf(node);
    const found: string[] = [];
    const seen = new Set<Node>();
    const visit = (start: Node): void => {
      if (seen.has(start)) return;
      seen.add(start);
      for (const call of callsNow(start)) {
        const callee = child(call, "callee");
        const name = nameOf(callee && child(callee, "property")) ?? "";
        const isOwn = callee && child(callee, "object")?.type === "ThisExpression";
        const method = isOwn ? methods.get(name) : undefined;
        if (method) visit(method);
        else if (sending.test(name))
          found.push(`${source.path}: ${className(node)}: ${excerpt(source, call)}`);
      }
    };
    if (body) visit(body);
    return found;
  });
}

/** Calls that happen when the node is run, not later in a closure. */
function callsNow(node: Node): Node[] {
  const calls: Node[] = [];
  for (const each of childrenOf(node))
    walk(each, (inner) => {
      if (isFunction(inner)) return false;
      if (inner.type === "CallExpression") calls.push(inner);
      return true;
    });
  return calls;
}
