/** The request bodies of ADK's session routes, and FastAPI's errors for invalid ones (ADK Python 2.5). */
import { z } from "zod";
import { noActions, type Actions, type Event } from "../../wire/adk.ts";

const deltaSchema = z.record(z.string(), z.json());

/** ADK ignores unknown fields, except in `actions`. */
const eventSchema = z.looseObject({
  id: z.string().optional(),
  invocationId: z.string().default(""),
  author: z.string().min(1),
  timestamp: z.number().optional(),
  partial: z.boolean().nullish(),
  content: z
    .looseObject({
      role: z.string().nullish(),
      parts: z.array(z.record(z.string(), z.json())).nullish(),
    })
    .nullish(),
  actions: z
    .strictObject({
      stateDelta: deltaSchema.default({}),
      artifactDelta: deltaSchema.default({}),
      requestedAuthConfigs: deltaSchema.default({}),
      requestedToolConfirmations: deltaSchema.default({}),
      transferToAgent: z.string().nullish(),
      escalate: z.boolean().nullish(),
      skipSummarization: z.boolean().nullish(),
      endOfAgent: z.boolean().nullish(),
    })
    .prefault({}),
});

export const createSchema = z
  .object({
    sessionId: z.string().nullish(),
    state: deltaSchema.nullish(),
    events: z.array(eventSchema).max(10_000).nullish(),
  })
  .nullish();

export const bareStateSchema = deltaSchema.nullish();

export const patchSchema = z.object({ stateDelta: deltaSchema });

/**
 * An event for the log: without null fields.
 * @param id the default for an event without one. @param now the default timestamp, in ms since the epoch.
 */
export function eventOf(event: z.output<typeof eventSchema>, id: string, now: number): Event {
  return {
    ...(withoutNulls(event) as Partial<Event>),
    author: event.author,
    invocationId: event.invocationId,
    actions: { ...noActions, ...(withoutNulls(event.actions) as Partial<Actions>) },
    id: event.id || id,
    timestamp: event.timestamp ?? now / 1000,
  };
}

const withoutNulls = (value: object): object =>
  Object.fromEntries(Object.entries(value).filter(([, inner]) => inner !== null));

/** FastAPI's body of a 422 response. */
export const validationErrors = ({ issues }: z.ZodError, input: unknown): object => ({
  detail: issues.map(({ code, path, message }) => {
    const missing = code === "invalid_type" && valueAt(input, path) === undefined;
    return {
      type: missing ? "missing" : code,
      loc: ["body", ...path.map((part) => (typeof part === "symbol" ? String(part) : part))],
      msg: missing ? "Field required" : message,
    };
  }),
});

const valueAt = (value: unknown, path: readonly PropertyKey[]): unknown =>
  path.reduce<unknown>(
    (inner, part) =>
      typeof inner === "object" && inner !== null ? Reflect.get(inner, part) : undefined,
    value,
  );
