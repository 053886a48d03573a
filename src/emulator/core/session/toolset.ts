/** The tools of a session, as a brain sees them and as the protocol treats them. */
import type { FunctionDeclaration } from "@google/genai";
import type { Tool } from "../protocol/messages.ts";
import type { DeclaredTools } from "../ports.ts";
import type { Profile } from "../profiles/profile.ts";

export interface Toolset extends DeclaredTools {
  /** Whether a function holds the model's output until it is answered. */
  isBlocking(name: string): boolean;
  /** What the declarations cost to read. */
  readonly declarationsJson: string;
}

export function createToolset(tools: readonly Tool[], profile: Profile): Toolset {
  const functions: FunctionDeclaration[] = tools.flatMap((tool) => [
    ...(tool.functionDeclarations ?? []),
  ]);
  const behaviors = new Map<string | undefined, string | undefined>(
    functions.map((f) => [f.name, f.behavior]),
  );
  return {
    functions,
    googleSearch: tools.some((tool) => tool.googleSearch !== undefined),
    codeExecution: tools.some((tool) => tool.codeExecution !== undefined),
    urlContext: tools.some((tool) => tool.urlContext !== undefined),
    declarationsJson: functions.length === 0 ? "" : JSON.stringify(functions),
    isBlocking: (name) => {
      const declared = behaviors.get(name);
      const given = declared === undefined || declared === "UNSPECIFIED" ? undefined : declared;
      return (given ?? profile.functionBehaviors[0]) === "BLOCKING";
    },
  };
}
