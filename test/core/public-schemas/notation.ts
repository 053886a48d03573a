/** The notation of the tables: small letters and `object` make JSON Schema, the rest what it becomes in the dialect. */

/** A tool's name, its parameters in JSON Schema, and their declaration: undefined for none, or why it is refused. */
export type PublicSchema = readonly [name: string, parameters: object, told: object | undefined];

/** Why a tool is left out. */
export class Refused {
  readonly reason: string;

  constructor(reason: string) {
    this.reason = reason;
  }
}

export const refused = (reason: string): Refused => new Refused(reason);

export const draft7 = "http://json-schema.org/draft-07/schema#";
export const draft2020 = "https://json-schema.org/draft/2020-12/schema";

export const string = { type: "string" };
export const float = { type: "number" };
export const int = { type: "integer" };
export const bool = { type: "boolean" };
export const object = (properties: object, ...required: string[]): object => ({
  type: "object",
  properties,
  ...(required.length > 0 && { required }),
});

export const text = { type: "STRING" };
export const number = { type: "NUMBER" };
export const integer = { type: "INTEGER" };
export const boolean = { type: "BOOLEAN" };
export const anything = { anyOf: [text, number, boolean, { type: "OBJECT" }] };
export const oneOf = (...members: string[]): object => ({
  type: "STRING",
  enum: members,
  format: "enum",
});
export const listOf = (items: object): object => ({ type: "ARRAY", items });
export const objectOf = (properties: object, ...required: string[]): object => ({
  type: "OBJECT",
  properties,
  ...(required.length > 0 && { required }),
});
