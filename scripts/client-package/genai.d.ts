/**
 * The parts of `@google/genai`'s types that an ADK event has: the package's declarations need no other package. Checked
 * against the originals by test/pack/client.test.ts.
 */

export interface Content {
  parts?: Part[];
  role?: string;
}

export interface Part {
  text?: string;
  thought?: boolean;
  inlineData?: { mimeType?: string; data?: string; displayName?: string };
  fileData?: { mimeType?: string; fileUri?: string; displayName?: string };
  functionCall?: FunctionCall;
  functionResponse?: FunctionResponse;
  executableCode?: { code?: string };
  codeExecutionResult?: { output?: string };
}

export interface FunctionCall {
  id?: string;
  name?: string;
  args?: Record<string, unknown>;
}

export interface FunctionResponse {
  id?: string;
  name?: string;
  response?: Record<string, unknown>;
}
