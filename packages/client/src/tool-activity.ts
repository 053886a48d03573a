/** The tool calls of the agent and their results, as an ADK event reports them. */
import type { Event } from "../../../src/wire/adk.ts";

export type ToolActivity =
  | { readonly kind: "call"; readonly id?: string; readonly name: string; readonly args: unknown }
  | {
      readonly kind: "result";
      readonly id?: string;
      readonly name: string;
      readonly response: unknown;
    };

export const toolActivity = ({ content }: Event): readonly ToolActivity[] =>
  (content?.parts ?? []).flatMap(({ functionCall, functionResponse }): ToolActivity[] => {
    if (functionCall) {
      const { id, name = "", args = {} } = functionCall;
      return [{ kind: "call", ...(id !== undefined && { id }), name, args }];
    }
    if (!functionResponse) return [];
    const { id, name = "", response } = functionResponse;
    return [{ kind: "result", ...(id !== undefined && { id }), name, response }];
  });
