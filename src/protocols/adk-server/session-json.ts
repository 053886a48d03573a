/** The request bodies of ADK's session routes, and FastAPI's errors for invalid ones (ADK Python 2.13). */
import * as z from "zod";
import { noActions, type Actions, type Content, type Event } from "../../wire/adk.ts";
import { withoutTemporaryKeys } from "../../core/adk/session-state.ts";
import { lazy } from "../../wire/lazy.ts";
import { listOf } from "../validators.ts";

const deltaSchema = lazy(() => z.record(z.string(), z.json()));

const text = lazy(() => z.string().nullish());
const flag = lazy(() => z.boolean().nullish());
const json = lazy(() => z.record(z.string(), z.json()).nullish());
const media = lazy(() =>
  z.looseObject({ mimeType: text(), data: text(), fileUri: text() }).nullish(),
);
const object = lazy(() => z.looseObject({}).nullish());
const route = lazy(() => z.union([z.boolean(), z.number(), z.string()]));
const transcription = lazy(() =>
  z.looseObject({ text: z.string(), finished: z.boolean().nullish().transform(Boolean) }).nullish(),
);

/** A model's or a user's: every field that a reader of the log uses has its type. */
const partSchema = lazy(() =>
  z.looseObject({
    text: text(),
    thought: flag(),
    inlineData: media(),
    fileData: media(),
    functionCall: z.looseObject({ id: text(), name: text(), args: json() }).nullish(),
    functionResponse: z.looseObject({ id: text(), name: text(), response: json() }).nullish(),
  }),
);

/** 31 December 9999: later times are milliseconds by mistake, and no date of JavaScript. */
const maxTimestamp = 253_402_300_799;

const actionsSchema = lazy(() =>
  z
    .strictObject({
      stateDelta: deltaSchema().default({}),
      artifactDelta: deltaSchema().default({}),
      requestedAuthConfigs: deltaSchema().default({}),
      requestedToolConfirmations: deltaSchema().default({}),
      transferToAgent: z.string().nullish(),
      transferReason: z.string().nullish(),
      escalate: z.boolean().nullish(),
      skipSummarization: z.boolean().nullish(),
      endOfAgent: z.boolean().nullish(),
      agentState: json(),
      route: z.union([route(), listOf(route())]).nullish(),
      renderUiWidgets: listOf(z.looseObject({ id: z.string(), provider: z.string() })).nullish(),
      rewindBeforeInvocationId: text(),
      compaction: z
        .looseObject({
          startTimestamp: z.number(),
          endTimestamp: z.number(),
          compactedContent: z.looseObject({ parts: listOf(object()).nullish() }),
        })
        .nullish(),
      setModelResponse: z.json().nullish(),
    })
    .prefault({}),
);

/**
 * ADK ignores unknown fields, except in `actions`. Null is an absent field. The actions are those of ADK 2.13, which
 * refuses all of them here: parley takes an export as it is, and they give no rights, since an approval is pending only
 * in the conversation that requested it.
 */
const eventSchema = lazy(() =>
  z.looseObject({
    id: text(),
    invocationId: text(),
    author: z.string().min(1).max(512),
    timestamp: z.number().min(0).max(maxTimestamp).nullish(),
    partial: flag(),
    turnComplete: flag(),
    turnCompleteReason: text(),
    interactionStatus: text(),
    interrupted: flag(),
    modelVersion: text(),
    errorCode: text(),
    errorMessage: text(),
    inputTranscription: transcription(),
    outputTranscription: transcription(),
    usageMetadata: json(),
    groundingMetadata: json(),
    urlContextMetadata: json(),
    customMetadata: json(),
    longRunningToolIds: listOf(z.string()).nullish(),
    voiceActivity: z.looseObject({ voiceActivityType: z.string(), audioOffset: text() }).nullish(),
    liveSessionId: text(),
    environmentId: text(),
    isolationScope: text(),
    branch: text(),
    nodeInfo: z.looseObject({ path: text() }).nullish(),
    agentChanged: z.looseObject({ from: z.string(), to: z.string() }).nullish(),
    content: z.looseObject({ role: text(), parts: listOf(partSchema()).nullish() }).nullish(),
    actions: actionsSchema(),
  }),
);

export const createSchema = lazy(() =>
  z
    .object({
      sessionId: z.string().nullish(),
      state: deltaSchema().nullish(),
      /** For ADK's session service: parley's takes none. */
      options: deltaSchema().nullish(),
      events: listOf(eventSchema()).nullish(),
    })
    .nullish(),
);

export const bareStateSchema = lazy(() => deltaSchema().nullish());

export const patchSchema = lazy(() => z.object({ stateDelta: deltaSchema() }));

/**
 * An event for the log: without null fields, which the readers of the log do not expect, and without `temp:` keys.
 * @param id the default for an event without one. @param now the default and the latest timestamp, in ms since the epoch.
 */
export function eventOf(
  event: z.output<ReturnType<typeof eventSchema>>,
  id: string,
  now: number,
): Event {
  const { content, actions, inputTranscription, outputTranscription, ...rest } = event;
  const stateDelta = withoutTemporaryKeys(actions.stateDelta);
  return {
    ...(withoutNulls(rest) as Partial<Event>),
    ...(content && { content: contentOf(content) }),
    ...(inputTranscription && { inputTranscription }),
    ...(outputTranscription && { outputTranscription }),
    author: event.author,
    invocationId: event.invocationId ?? "",
    actions: { ...noActions, ...(withoutNulls(actions) as Partial<Actions>), stateDelta },
    id: event.id || id,
    // A session is kept for some time after its last event.
    timestamp: Math.min(event.timestamp ?? Infinity, now / 1000),
  };
}

type ImportedContent = NonNullable<z.output<ReturnType<typeof eventSchema>>["content"]>;

const contentOf = ({ parts, ...content }: ImportedContent): Content => ({
  ...withoutNulls(content),
  ...(parts && { parts: parts.map(withoutNestedNulls) }),
});

/** Arguments, responses and other data keep their nulls. */
const withoutNestedNulls = (part: object): object =>
  Object.fromEntries(
    Object.entries(withoutNulls(part)).map(([name, value]: [string, unknown]) => [
      name,
      typeof value === "object" && value !== null && !Array.isArray(value)
        ? withoutNulls(value)
        : value,
    ]),
  );

const withoutNulls = (value: object): object =>
  Object.fromEntries(Object.entries(value).filter(([, inner]) => inner !== null));

/** FastAPI's body of a 422 response. */
export const validationErrors = ({ issues }: z.ZodError, input: unknown): object => ({
  detail:
    typeof input === "symbol"
      ? [unreadable(input)]
      : issues.map(({ code, path, message }) => {
          const missing = code === "invalid_type" && valueAt(input, path) === undefined;
          return {
            type: missing ? "missing" : code,
            loc: ["body", ...path.map((part) => (typeof part === "symbol" ? String(part) : part))],
            msg: missing ? "Field required" : message,
          };
        }),
});

const unreadable = ({ description }: symbol): object => ({
  type: "json_invalid",
  loc: ["body"],
  msg: description,
});

const valueAt = (value: unknown, path: readonly PropertyKey[]): unknown =>
  path.reduce<unknown>(
    (inner, part) =>
      typeof inner === "object" && inner !== null ? Reflect.get(inner, part) : undefined,
    value,
  );
