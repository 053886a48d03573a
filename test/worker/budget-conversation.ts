/** Conversations with budgets, whose model bills by receipts. */
import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { vi } from "vitest";
import type { Config } from "../../src/config.ts";
import { Directory } from "../../src/directory.ts";
import type { FakeUpstream } from "./model.ts";
import { NativeClient } from "./native.ts";
import { transcriptMessage, turnCompleteMessage } from "./native-conversation.ts";
import { askSocket, tokenFor } from "./tokens.ts";
import { FakeUpstreams, setBudgets, setUpstream } from "./upstreams.ts";

let count = 0;

type Limits = Partial<Config["budgets"]>;

/** A conversation of a new user's, or another one of that user's. */
export function conversation(limits: Limits, user = `ute-${++count}`) {
  const session = `s${++count}`;
  const object = JSON.stringify(["assistant", user, session]);
  const models = new FakeUpstreams();
  setUpstream(object, models.answer);
  setBudgets(object, limits);
  const path = `/ws/${user}/${session}`;
  const token = (claims: object = {}) => tokenFor({ user, jti: `j${++count}`, ...claims });
  return {
    user,
    session,
    object,
    models,
    path,
    token,
    join: async (claims: object = {}) => {
      const headers = { "sec-websocket-protocol": `parley.v1, auth.${await token(claims)}` };
      const client = new NativeClient(await askSocket(path, { headers }));
      await client.hello();
      return client;
    },
    connectModel: async (number = 0) => {
      const model = await models.connection(number);
      await model.until(({ received }) => received.length > 0);
      await model.send({ setupComplete: {} });
      return model;
    },
  };
}

/** A receipt for so many USD of audio from the model, at 12 USD for a million tokens. */
export const receiptOf = (usd: number) => {
  const tokenCount = Math.round(usd / 12e-6);
  return {
    usageMetadata: {
      responseTokenCount: tokenCount,
      responseTokensDetails: [{ modality: "AUDIO", tokenCount }],
    },
  } as object;
};

type AddSpending = Directory["addSpending"];

/**
 * Changes how a user's directory answers reports of spending, until the spy is restored. Other directories answer: another
 * conversation may report at any time.
 */
export async function spyOnReports(user: string, answer: (real: () => unknown) => unknown) {
  const stub = env.DIRECTORY.getByName(JSON.stringify(["*", user]));
  const directory = await runInDurableObject(stub, (instance) => instance);
  const { value } = Object.getOwnPropertyDescriptor(Directory.prototype, "addSpending") ?? {};
  // RPC calls the methods of a prototype alone.
  return vi.spyOn(Directory.prototype, "addSpending").mockImplementation(function (
    this: Directory,
    ...report: Parameters<AddSpending>
  ) {
    const real = (): unknown => value.apply(this, report);
    return (this === directory ? answer(real) : real()) as never;
  });
}

/** The tokens that the relay takes a model's input for: one for four characters of each message without audio or pictures. */
export const textTokensOf = ({ received }: FakeUpstream): number =>
  Math.ceil(received.reduce((sum, each) => sum + JSON.stringify(each).length, 0) / 4);

export const turnEnd = turnCompleteMessage;
export const goodbye = [transcriptMessage("Goodbye."), turnEnd];
export const isGoodbye = ({ received }: FakeUpstream): boolean =>
  JSON.stringify(received).includes("short goodbye");

/** A turn of a client's: it types, and the model answers and bills. */
export async function turn(ann: { send(frame: never): void }, model: FakeUpstream, usd: number) {
  const text = `text ${++count}`;
  ann.send({ type: "text", text } as never);
  await model.until(({ received }) => JSON.stringify(received).includes(text));
  await model.send(transcriptMessage("Yes."), { ...turnEnd, ...receiptOf(usd) });
}
