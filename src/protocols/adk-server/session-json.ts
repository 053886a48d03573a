/** The JSON that ADK's session routes take, and how its server says what is wrong with it (ADK Python 2.5). */
import { z } from "zod";
import { noActions, type Actions, type Event } from "../../wire/adk.ts";

const delta = z.record(z.string(), z.json());

/** ADK ignores fields it does not know, except in `actions`. */
const eventShape = z.looseObject({
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
      stateDelta: delta.default({}),
      artifactDelta: delta.default({}),
      requestedAuthConfigs: delta.default({}),
      requestedToolConfirmations: delta.default({}),
      transferToAgent: z.string().nullish(),
      escalate: z.boolean().nullish(),
      skipSummarization: z.boolean().nullish(),
      endOfAgent: z.boolean().nullish(),
    })
    .prefault({}),
});

export const creation = z
  .object({
    sessionId: z.string().nullish(),
    state: delta.nullish(),
    events: z.array(eventShape).max(10_000).nullish(),
  })
  .nullish();

export const bareState = delta.nullish();

export const patch = z.object({ stateDelta: delta });

export type GivenEvent = z.output<typeof eventShape>;

/** An event as it is kept: nulls left out, with an id and a time where it had none. */
export function eventOf(given: GivenEvent, id: string, now: number): Event {
  return {
    ...(present(given) as Partial<Event>),
    author: given.author,
    invocationId: given.invocationId,
    actions: { ...noActions, ...(present(given.actions) as Partial<Actions>) },
    id: given.id || id,
    timestamp: given.timestamp ?? now / 1000,
  };
}

const present = (value: object): object =>
  Object.fromEntries(Object.entries(value).filter(([, inner]) => inner !== null));

/** FastAPI's words for a body that does not fit: the status is 422. */
export const misfit = ({ issues }: z.ZodError, input: unknown): object => ({
  detail: issues.map(({ code, path, message }) => {
    const missing = code === "invalid_type" && at(input, path) === undefined;
    return {
      type: missing ? "missing" : code,
      loc: ["body", ...path.map((part) => (typeof part === "symbol" ? String(part) : part))],
      msg: missing ? "Field required" : message,
    };
  }),
});

const at = (value: unknown, path: readonly PropertyKey[]): unknown =>
  path.reduce<unknown>(
    (inner, part) =>
      typeof inner === "object" && inner !== null ? Reflect.get(inner, part) : undefined,
    value,
  );
