/** What ADK's clients put into the parts of a content, as requests: words, pictures, and answers to calls. */
import { z } from "zod";
import { confirmationFunction } from "../../core/policy/approval.ts";
import { isClientError, type ClientError } from "../../core/errors.ts";
import type { InputPart } from "../../core/client-request.ts";
import { fromBase64 } from "../../wire/base64.ts";
import { bad, readImage, readText, short } from "../validators.ts";

const shapeOfResponse = z.record(z.string(), z.json());

/** In camelCase; fields that are not known are left alone. */
export const partShape = z.object({
  text: z.string().nullish(),
  inlineData: z.object({ mimeType: z.string().default(""), data: z.string() }).nullish(),
  fileData: z.unknown().optional(),
  functionCall: z.unknown().optional(),
  functionResponse: z
    .object({
      id: z.string().nullish(),
      name: z.string().default(""),
      response: shapeOfResponse.nullish(),
    })
    .nullish(),
});

export type Part = z.output<typeof partShape>;

/**
 * The requests that parts make: pictures before the words they go with, since the model answers to words.
 * @returns a problem when any of it cannot be taken; then nothing of it is.
 */
export function readParts(parts: readonly Part[]): readonly InputPart[] | ClientError {
  const read = parts.map(readPart);
  const wrong = read.find((each) => typeof each === "object" && isClientError(each));
  if (wrong && typeof wrong === "object" && isClientError(wrong)) return wrong;
  const words = read.filter((each) => typeof each === "string").join("\n");
  const others = read.filter((each) => typeof each === "object") as readonly InputPart[];
  if (words.trim() === "") return others;
  if (others.some(isAnswer))
    return bad("answers to calls and words come together; send each by itself");
  const text = readText(words);
  return isClientError(text) ? text : [...others, text];
}

/** Whether it answers a call, for which a turn may be waiting. */
export const isAnswer = ({ type }: InputPart): boolean => type === "report" || type === "approve";

function readPart(part: Part): InputPart | string | ClientError {
  if (part.functionCall) return bad("a user's message cannot contain function calls");
  if (part.fileData)
    return bad('"fileData" names a file that is elsewhere; send what is in it as "inlineData"');
  if (part.functionResponse) return readResponse(part.functionResponse);
  if (part.inlineData) return readInline(part.inlineData);
  return part.text ?? "";
}

function readInline({
  mimeType,
  data,
}: NonNullable<Part["inlineData"]>): InputPart | string | ClientError {
  const [type = ""] = mimeType.toLowerCase().split(";");
  if (type.startsWith("image/")) return readImage(data, type);
  if (!type.startsWith("text/") && type !== "application/json")
    return bad(
      `a part is "${short(mimeType)}": send words, pictures, and texts; speak over a live connection`,
    );
  const bytes = fromBase64(data);
  return bytes ? new TextDecoder().decode(bytes) : bad(`a part of ${type} is not base64`);
}

/** ADK's page answers a confirmation like any long-running call; some versions wrap the answer in JSON. */
function readResponse({
  id,
  name,
  response,
}: NonNullable<Part["functionResponse"]>): InputPart | ClientError {
  if (!id) return bad("a function response has no id, so nobody knows which call it answers");
  if (name !== confirmationFunction) return { type: "report", id, name, response: response ?? {} };
  const { confirmed, payload } = unwrapped(response ?? {});
  return {
    type: "approve",
    id,
    approved: confirmed === true,
    ...(payload !== undefined && payload !== null && { payload }),
  };
}

function unwrapped(response: Record<string, unknown>): Record<string, unknown> {
  if (typeof response["response"] !== "string") return response;
  try {
    return shapeOfResponse.parse(JSON.parse(response["response"]));
  } catch {
    return {};
  }
}
