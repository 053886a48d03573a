/** A session's tools, for the brain and for the protocol. */
import type { FunctionDeclaration } from "@google/genai";
import type { Tool } from "../protocol/messages.ts";
import type { DeclaredTools } from "../ports.ts";
import type { Profile } from "../profiles/profile.ts";

export interface Toolset extends DeclaredTools {
  /** Whether the model's output waits for this function's response. */
  isBlocking(name: string): boolean;
  /** Declarations as JSON, to estimate their tokens. */
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
      const explicit = declared === undefined || declared === "UNSPECIFIED" ? undefined : declared;
      return (explicit ?? profile.functionBehaviors[0]) === "BLOCKING";
    },
  };
}
