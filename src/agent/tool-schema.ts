/** A tool's parameters: their schema for the model, and the validation of arguments. */
import type { Schema } from "@google/genai";
import * as z from "zod";
import { lazy } from "../wire/lazy.ts";
import { isJsonSchema, parametersToDialect, type JsonSchema } from "./schema-dialect.ts";
import { checkBySchema } from "./schema-check.ts";

/** A Zod type or a JSON Schema object. */
export type Schemas = z.ZodType | JsonSchema;

/** A schema, or a function that makes it: a Worker's start is faster by each schema that it need not make. */
export type Parameters = Schemas | (() => Schemas);

export interface Arguments {
  /** In the Live API's dialect; undefined without parameters. */
  readonly schema: Schema | undefined;
  /** Returns the validated arguments, or an error for the model. */
  readonly parse: (args: unknown) => { readonly value: unknown } | { readonly error: string };
}

/** @throws SchemaRefusal naming the keyword that the dialect cannot express; the caller adds the tool's name. */
export function argumentsOf(parameters: Schemas = noParameters()): Arguments {
  if (parameters instanceof z.ZodType) {
    const json = z.toJSONSchema(parameters, { target: "draft-7", io: "input" });
    return { schema: parametersToDialect(json), parse: parserOf(parameters) };
  }
  return {
    schema: parametersToDialect(parameters),
    parse: (args = {}) =>
      isJsonSchema(args)
        ? checkBySchema(parameters, args)
        : { error: "The arguments must be an object." },
  };
}

export const noParameters = lazy(() => z.object({}));

const parserOf =
  (type: z.ZodType): Arguments["parse"] =>
  (args) => {
    const { data, error } = type.safeParse(args ?? {});
    return error ? { error: z.prettifyError(error) } : { value: data };
  };
