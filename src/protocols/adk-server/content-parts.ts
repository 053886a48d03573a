/** Parses the parts of a content from an ADK client into input parts: text, images, function responses. */
import * as z from "zod";
import { confirmationFunction } from "../../core/policy/approval.ts";
import { isClientError, type ClientError } from "../../core/errors.ts";
import type { InputPart } from "../../core/client-request.ts";
import { fromBase64 } from "../../wire/base64.ts";
import { lazy } from "../../wire/lazy.ts";
import {
  invalidFrame,
  isTextType,
  parseImage,
  parseJson,
  parseText,
  truncate,
} from "../validators.ts";

const responseSchema = lazy(() => z.record(z.string(), z.json()));

/** In camelCase; ignores unknown fields, as ADK does. */
export const partSchema = lazy(() =>
  z.object({
    text: z.string().nullish(),
    inlineData: z.object({ mimeType: z.string().default(""), data: z.string() }).nullish(),
    fileData: z.unknown().optional(),
    functionCall: z.unknown().optional(),
    functionResponse: z
      .object({
        id: z.string().nullish(),
        name: z.string().default(""),
        response: responseSchema().nullish(),
      })
      .nullish(),
  }),
);

type Part = z.output<ReturnType<typeof partSchema>>;

/**
 * Joins all texts to one, and puts it behind the images: the model answers as soon as it gets text.
 * @returns an error if any part is invalid; the whole content is refused then.
 */
export function parseParts(parts: readonly Part[]): readonly InputPart[] | ClientError {
  const texts: string[] = [];
  const others: InputPart[] = [];
  for (const part of parts) {
    const parsed = parsePart(part);
    if (typeof parsed === "string") texts.push(parsed);
    else if (isClientError(parsed)) return parsed;
    else others.push(parsed);
  }
  const joined = texts.join("\n");
  if (joined.trim() === "") return others;
  if (others.some(isFunctionResponse))
    return invalidFrame("it mixes function responses with text; send each by itself");
  const text = parseText(joined);
  return isClientError(text) ? text : [...others, text];
}

const isFunctionResponse = ({ type }: InputPart): boolean =>
  type === "report" || type === "approve";

function parsePart(part: Part): InputPart | string | ClientError {
  if (part.functionCall) return invalidFrame("a user's message cannot contain function calls");
  if (part.fileData)
    return invalidFrame(
      '"fileData" names a file that is elsewhere; send its contents as "inlineData"',
    );
  if (part.functionResponse) return parseFunctionResponse(part.functionResponse);
  if (part.inlineData) return parseInlineData(part.inlineData);
  return part.text ?? "";
}

function parseInlineData({
  mimeType,
  data,
}: NonNullable<Part["inlineData"]>): InputPart | string | ClientError {
  const [type = ""] = mimeType.toLowerCase().split(";");
  if (type.startsWith("image/")) return parseImage(data, type);
  if (!isTextType(type))
    return invalidFrame(
      `a part is "${truncate(mimeType)}": send text and images; audio needs a live connection`,
    );
  const bytes = fromBase64(data);
  return bytes ? new TextDecoder().decode(bytes) : invalidFrame(`a part of ${type} is not base64`);
}

/** ADK's page confirms a call by a function response, as for any long-running call. */
function parseFunctionResponse({
  id,
  name,
  response,
}: NonNullable<Part["functionResponse"]>): InputPart | ClientError {
  if (!id) return invalidFrame("a function response has no id, so it answers no call");
  if (name !== confirmationFunction) return { type: "report", id, name, response: response ?? {} };
  const { confirmed, payload } = unwrapResponse(response ?? {});
  return {
    type: "approve",
    id,
    approved: confirmed === true,
    ...(payload !== undefined && payload !== null && { payload }),
  };
}

/** Some versions of ADK's page wrap the response in a string of JSON. */
function unwrapResponse(response: Record<string, unknown>): Record<string, unknown> {
  if (typeof response["response"] !== "string") return response;
  return responseSchema().safeParse(parseJson(response["response"])).data ?? {};
}
