/**
 * Tools for agents on the telephone: end the call, transfer it, press keys. In a conversation without a phone call they
 * answer that there is none.
 */
import * as z from "zod";
import { dtmfPattern } from "../wire/dtmf.ts";
import { Scheduled, tool, type FunctionTool, type ToolContext } from "./tool.ts";

/**
 * How a request to a phone call ended: it was done; the caller spoke meanwhile, and the call goes on; the agent has to
 * say its goodbye first; the call is over.
 */
export type CallOutcome = "done" | "interrupted" | "speak first" | "over";

/** The telephone call of a conversation, for an author's own tools: `context.call`. */
export interface PhoneCall {
  /**
   * Ends the call once the caller has heard everything the agent said. If the agent has said nothing in this turn, the
   * call ends after its next answer instead ("speak first").
   */
  hangUp(signal: AbortSignal): Promise<CallOutcome>;
  /**
   * Connects the caller to another telephone once the caller has heard everything the agent said. If no one answers
   * there, the caller comes back to the agent.
   * @param to a number such as +14155550100, or a SIP address such as sip:desk@example.com.
   * @param name of the other party, for the log and for the agent.
   * @throws Error if `to` is neither.
   */
  transfer(to: string, name: string, signal: AbortSignal): Promise<CallOutcome>;
  /**
   * Presses keys, behind the audio that waits.
   * @param digits 0 to 9, A to D, * and #; `w` waits half a second.
   * @throws Error for other characters, and for more than 64.
   */
  press(digits: string): CallOutcome;
}

interface PhoneToolOptions {
  readonly description?: string;
}

export interface EndCallOptions extends PhoneToolOptions {}

/** A target's name → a number such as "+14155550100", or a SIP address such as "sip:desk@example.com". */
type TransferTargets = Readonly<Record<string, string>>;

export interface TransferCallOptions extends PhoneToolOptions {
  /** The only telephones that the model can transfer to; it picks one by its name. */
  readonly targets: TransferTargets;
}

/** A number in E.164, or a SIP address. */
const telephonePattern = /^(\+[1-9]\d{6,14}|sips?:[\w.+%-]+@[\w.-]+(:\d{1,5})?)$/;

export const isTelephone = (to: string): boolean => telephonePattern.test(to);

/** The caller must hear the goodbye, which may be long. */
const goodbyeDeadlineMs = 90_000;

/** A tool `end_call`: ends the phone call after the agent's goodbye was played. */
export const endCall = ({ description = endDescription }: EndCallOptions = {}): FunctionTool =>
  tool({
    name: "end_call",
    description,
    deadlineMs: goodbyeDeadlineMs,
    run: (_, { call, signal }) => answer(call, (line) => line.hangUp(signal), endAnswers),
  });

/**
 * A tool `transfer_call`: connects the caller to one of the given telephones.
 * @throws Error naming the target that is neither a number nor a SIP address, or if there is none.
 */
export function transferCall({
  targets,
  description = transferDescription,
}: TransferCallOptions): FunctionTool {
  const names = Object.keys(targets);
  const [first, ...others] = names;
  if (first === undefined) throw new Error("transferCall needs at least one target.");
  const wrong = names.find((name) => !isTelephone(targets[name] ?? ""));
  if (wrong !== undefined)
    throw new Error(
      `transferCall: the target "${wrong}" must be a number such as +14155550100, or a SIP address such as sip:desk@example.com.`,
    );
  return tool({
    name: "transfer_call",
    description,
    parameters: z.object({ to: z.enum([first, ...others]) }),
    deadlineMs: goodbyeDeadlineMs,
    run: ({ to }, { call, signal }) =>
      answer(call, (line) => line.transfer(targets[to] ?? "", to, signal), transferAnswers),
  });
}

/** A tool `send_dtmf`: presses keys on the phone, for menus and extensions. */
export const sendDtmf = ({ description = dtmfDescription }: PhoneToolOptions = {}): FunctionTool =>
  tool({
    name: "send_dtmf",
    description,
    parameters: z.object({
      digits: z.string().regex(dtmfPattern).describe("0-9, *, #, A-D; w waits half a second"),
    }),
    run: ({ digits }, { call }) =>
      answer(call, (line) => line.press(digits), {
        ...transferAnswers,
        done: "The keys were sent.",
      }),
  });

type Answers = Readonly<Record<CallOutcome, string>>;

async function answer(
  call: ToolContext["call"],
  request: (call: PhoneCall) => CallOutcome | Promise<CallOutcome>,
  answers: Answers,
): Promise<unknown> {
  if (!call) return { error: "There is no phone call: this conversation is not on the telephone." };
  const outcome = await request(call);
  const result = outcome === "over" ? { error: answers.over } : { result: answers[outcome] };
  return outcome === "done" ? new Scheduled(result, "SILENT") : result;
}

const endAnswers: Answers = {
  done: "The call is ended.",
  interrupted: "The caller spoke before the goodbye was over. The call goes on: answer the caller.",
  "speak first":
    "You have not said goodbye yet. Say it now, in one short sentence: the call ends after it.",
  over: "The phone call is over already.",
};

const transferAnswers: Answers = {
  ...endAnswers,
  done: "The caller is being transferred.",
  interrupted: "The caller spoke before your words were over. The call goes on: answer the caller.",
};

const endDescription =
  "Ends the phone call. Say goodbye first; the call ends once the caller has heard it. Use it when the caller wants to end the call or there is nothing left to do.";
const transferDescription =
  "Transfers the caller to another telephone. First tell the caller whom you connect to. After it you are no longer in the call.";
const dtmfDescription =
  "Presses keys on the phone: for a menu, an extension or a code that the other party asks for. Say nothing while you use it.";
