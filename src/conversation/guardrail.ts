/**
 * The guardrail: applies the author's hooks to the user's text and speech and to the model's answers.
 *
 *     typed text ─► beforeModel ─► model ─► answer filter ─► afterModel ─► clients
 *                                                ▲               │
 *                       beforeModel ◄── transcripts of speech    │
 *                            └───── block: interrupted, the reason, and nothing more of this answer
 *
 * Audio does not wait for a hook: a later verdict stops the audio that has not been played by then.
 */
import { withDescendants, type Agent } from "../agent/agent.ts";
import type { AgentRuntime } from "../agent/runtime/agent-runtime.ts";
import type { Block, UserText } from "../agent/hooks.ts";
import { callHook, type HookOutcome } from "../agent/runtime/call-hook.ts";
import { IncrementalHook } from "../agent/runtime/incremental-hook.ts";
import { errorEvent } from "../core/adk/event.ts";
import type { TranslationContext } from "../core/adk/live-to-adk.ts";
import { clientError, type ClientError } from "../core/errors.ts";
import {
  discardAnswer,
  filterMessage,
  onNewInput,
  openFilter,
  splitTranscript,
  type AnswerFilter,
  type FilteredMessage,
} from "../core/policy/answer-filter.ts";
import { limits } from "../core/policy/limits.ts";
import { completesTurn, isAnswerContent } from "../core/turn-state.ts";
import type { ModelInput } from "../core/client-request.ts";
import { wordsOf } from "../core/request-text.ts";
import type { ServerMessage } from "../wire/live-api.ts";
import type { ConversationContext } from "./context.ts";
import { endedBeforeVerdict, tooManyPending, turnTooLong, unrewritableWords } from "./errors.ts";
import type { Requester } from "./upstream-connection.ts";
import { logWarning } from "../operator-log.ts";

/** The part of the engine that the guardrail uses. */
export interface GuardrailHost {
  readonly agent: AgentRuntime;
  readonly translation: TranslationContext;
  /** Ends the answer under way: closes its transcript and publishes the interruption. */
  interruptTurn(): void;
  /** Sends the model a text of the server's own. */
  sendServerText(text: string): void;
}

export type TypedVerdict =
  | { readonly type: "passed"; readonly text: string }
  /** Blocked, perhaps because the hook failed. The reason of a typed text was published to all clients. */
  | { readonly type: "blocked"; readonly error: ClientError; readonly isUnchecked?: boolean }
  /** Too many texts wait for a verdict, the turn is too long for one, or the conversation ended before it. */
  | { readonly type: "refused"; readonly error: ClientError };

type BeforeOutcome = HookOutcome<Block | { text: string }>;

/** Typed texts that wait for the verdict on those before them. */
const maxPendingTexts = limits.pendingTexts.value;

export class Guardrail {
  readonly #context: ConversationContext;
  readonly #host: GuardrailHost;
  readonly #speech: IncrementalHook;
  readonly #answer: IncrementalHook;
  #filter: AnswerFilter = openFilter;
  /** Whether the answer under way is withheld from all clients; a value, since audio reads it. */
  isDiscarding = false;
  #lastTyped: Promise<unknown> = Promise.resolve();
  #pendingTexts = 0;

  constructor(context: ConversationContext, host: GuardrailHost) {
    this.#context = context;
    this.#host = host;
    this.#speech = new IncrementalHook({
      callHook: (text) => this.#callBefore({ text, source: "spoken" }),
      handleOutcome: (outcome, late) => this.#onOutcome(outcome, uncheckedSpeech, late),
    });
    this.#answer = new IncrementalHook({
      callHook: (text, delta) => this.#callAfter(text, delta),
      handleOutcome: (outcome, late) => this.#onOutcome(outcome, uncheckedAnswer, late),
    });
  }

  /** Resolves once the user's speech was checked, to whether it may be answered; undefined if it was. */
  get pendingSpeechCheck(): Promise<boolean> | undefined {
    return this.#speech.settled;
  }

  /** A client interrupted the answer: nothing more of it passes. */
  discardAnswer(): void {
    const [filter] = discardAnswer(this.#discarding(undefined), this.#context.turn);
    this.#useFilter(filter);
  }

  /** Whether a text waits for its verdict. */
  get hasPendingTexts(): boolean {
    return this.#pendingTexts > 0;
  }

  /**
   * Checks a person's text, with what the model has already of its turn. Verdicts come in the order of the texts; at once
   * where no hook is asynchronous.
   * @param sender the person.
   */
  checkTyped(input: ModelInput, sender: string): TypedVerdict | Promise<TypedVerdict> {
    const turn = this.#context.unfinishedTurn;
    const text = { text: wordsOf(input), sender, isPiece: turn.isPiece(input) };
    const isChecked = this.#host.agent.agent.hooks.beforeModel !== undefined;
    const before = isChecked ? turn.judgedWith(text) : "";
    if (turn.isTooLong(sender, before)) return { type: "refused", error: turnTooLong() };
    turn.await(text);
    const callHook = () => (text.text === "" ? noVerdict : this.#callTyped(before + text.text));
    const judge = (outcome: BeforeOutcome): TypedVerdict => {
      turn.settle(text);
      const sent = before === "" ? "" : turn.sentBefore(sender);
      const verdict = this.#judgeTyped(outcome, text.text, { before, sent });
      // It is one by what was sent meanwhile.
      const isAdded = isChecked && verdict.type === "passed" && turn.isPiece(input);
      if (isAdded) turn.add(sender, verdict.text);
      return verdict;
    };
    const verdict = this.#inOrder(callHook, judge);
    if (verdict instanceof Promise) void verdict.finally(() => turn.settle(text));
    else turn.settle(text);
    return verdict;
  }

  /** Checks the result of a long-running call, which the model gets as a text. */
  checkReport(text: string): TypedVerdict | Promise<TypedVerdict> {
    return this.#inOrder(
      () => this.#callTyped(text),
      (outcome) => this.#judgeTyped(outcome, text),
    );
  }

  /**
   * Checks words that a client's program sends beside the user's: a function's response, an instruction, an import. The
   * caller tells their sender of a block, whom alone it concerns.
   * @param agent whose hook checks them.
   */
  checkWords(
    text: string,
    agent: Agent = this.#host.agent.agent,
  ): TypedVerdict | Promise<TypedVerdict> {
    return this.#inOrder(
      () => this.#callTyped(text, agent),
      (outcome) => judgeWords(outcome, text),
    );
  }

  /** Goes on with the text that passed, at once if the verdict is there; otherwise its sender gets the error. */
  acceptTyped(
    verdict: TypedVerdict | Promise<TypedVerdict>,
    requester: Requester,
    accept: (text: string) => void,
  ): void {
    if (!(verdict instanceof Promise)) return this.#onTypedVerdict(verdict, requester, accept);
    this.#acceptLater(verdict, requester, accept).catch((error: unknown) =>
      this.#context.failFrame(requester.connection, error),
    );
  }

  async #acceptLater(
    verdict: Promise<TypedVerdict>,
    requester: Requester,
    accept: (text: string) => void,
  ): Promise<void> {
    const decided = await verdict;
    // A run is aborted with its client.
    const { connection, textId } = requester;
    const isAborted = connection.hasLeft && connection.attachment.protocol === "adk-run";
    if (isAborted || (decided.type === "refused" && !connection.isOpen))
      this.#context.notifyRefused(connection, textId);
    else this.#onTypedVerdict(decided, requester, accept);
  }

  #onTypedVerdict(
    verdict: TypedVerdict,
    { connection, textId }: Requester,
    accept: (text: string) => void,
  ): void {
    if (verdict.type === "passed") return accept(verdict.text);
    const { protocol } = connection.attachment;
    // A block was published to all clients; a client that gave the text an id must learn that it was this text.
    const isTold = verdict.type === "blocked" && textId === undefined && protocol !== "live-api";
    if (protocol === "adk-run" && verdict.type === "blocked")
      this.#context.notifyRefused(connection, textId);
    else if (!isTold) this.#context.refuse(connection, verdict.error, textId);
  }

  /** Checks a function's response of a client's program. */
  checkResponse(response: object): TypedVerdict | Promise<TypedVerdict> {
    return this.checkWords(JSON.stringify(response));
  }

  /**
   * Checks words that the model is to get as they are, under a root agent and those below it: an instruction or declarations
   * of a client, or an imported history. A hook that would rewrite them refuses them.
   */
  async checkVerbatim(text: string, root: Agent): Promise<ClientError | undefined> {
    if (text.trim() === "") return undefined;
    for (const judge of judgesBelow(root)) {
      const verdict = await this.checkWords(text, judge);
      if (verdict.type !== "passed") return verdict.error;
      if (verdict.text !== text) return unrewritableWords();
    }
    return undefined;
  }

  /** Clients write the state and settings, too: what an instruction contains of them reaches the model as words. */
  async judgeInstruction(runtime: AgentRuntime): Promise<void> {
    const judge = async (words: string): Promise<void> => {
      const verdict = await this.checkWords(words, runtime.agent);
      if (verdict.type !== "passed") logWithheldWords(runtime.agent.name);
      // Without a verdict the words are left out of this setup alone.
      if (verdict.type === "passed" || (verdict.type === "blocked" && !verdict.isUnchecked))
        runtime.onInstructionVerdict(words, verdict.type === "passed" ? verdict.text : "");
    };
    if (runtime.agent.hooks.beforeModel) await Promise.all(runtime.unjudgedInstruction.map(judge));
  }

  /** Yields the permitted parts of a message. The speech in a part is checked after the caller has published it. */
  *screen(message: ServerMessage): Generator<FilteredMessage> {
    for (const part of splitTranscript(message)) {
      if (part.setupComplete) this.#endTurn();
      const filtered = this.#checkAnswer(this.#applyFilter(part));
      yield filtered;
      const { serverContent } = filtered.message;
      if (isAnswerContent(part.serverContent)) this.#context.unfinishedTurn.onAnswer();
      const speech = serverContent?.inputTranscription?.text;
      if (speech && this.#hasWholeTranscripts) this.#speech.check(speech);
      else if (speech) this.#speech.append(speech);
      if (completesTurn(serverContent, this.#host.translation)) this.#endTurn();
    }
  }

  /** The conversation has ended: verdicts on its speech and its answers come too late. */
  onEnd(): void {
    this.#context.unfinishedTurn.reset();
    this.#speech.drop();
    this.#answer.drop();
  }

  #useFilter(filter: AnswerFilter): void {
    this.#filter = filter;
    this.isDiscarding = filter.state === "discarding";
  }

  #endTurn(): void {
    this.#context.unfinishedTurn.onAnswerEnd();
    this.#speech.endTurn();
    this.#answer.endTurn();
  }

  #applyFilter(message: ServerMessage): FilteredMessage {
    const [filter, filtered] = filterMessage(this.#filter, message, this.#context.turn);
    this.#useFilter(filter);
    if (filtered.blockedCalls.length > 0) this.#host.agent.rejectCalls(filtered.blockedCalls);
    if (filtered.prompt !== undefined) this.#host.sendServerText(filtered.prompt);
    return filtered;
  }

  /** A part that is blocked at once is not published at all. */
  #checkAnswer(filtered: FilteredMessage): FilteredMessage {
    const text = filtered.message.serverContent?.outputTranscription?.text;
    if (text) this.#answer.append(text);
    return text && this.isDiscarding ? this.#applyFilter(filtered.message) : filtered;
  }

  #callTyped(text: string, agent?: Agent): BeforeOutcome | Promise<BeforeOutcome> {
    return this.#callBefore({ text, source: "typed" }, agent);
  }

  /** Verdicts come in the order of the texts. The hook is not called for a text that may not wait. */
  #inOrder(
    callHook: () => BeforeOutcome | Promise<BeforeOutcome>,
    judge: (outcome: BeforeOutcome) => TypedVerdict,
  ): TypedVerdict | Promise<TypedVerdict> {
    if (this.#pendingTexts >= maxPendingTexts) return { type: "refused", error: tooManyPending() };
    const outcome = callHook();
    if (!(outcome instanceof Promise) && this.#pendingTexts === 0) return judge(outcome);
    this.#pendingTexts++;
    const verdict = this.#judgeAfter(this.#lastTyped, outcome, judge);
    this.#lastTyped = verdict.catch(() => undefined);
    return verdict;
  }

  async #judgeAfter(
    before: Promise<unknown>,
    pending: BeforeOutcome | Promise<BeforeOutcome>,
    judge: (outcome: BeforeOutcome) => TypedVerdict,
  ): Promise<TypedVerdict> {
    const { ends } = this.#context;
    await before;
    const outcome = await pending;
    this.#pendingTexts--;
    // In a conversation that has ended, it would connect, and would store what was deleted.
    if (ends !== this.#context.ends) return { type: "refused", error: endedBeforeVerdict() };
    return judge(outcome);
  }

  /**
   * @param before what the text was judged with: it cannot be rewritten. @param sent what of it the model has, perhaps
   * rewritten before.
   */
  #judgeTyped(outcome: BeforeOutcome, text: string, { before = "", sent = "" } = {}): TypedVerdict {
    const result = outcome === "failed" ? { block: uncheckedText } : outcome.value;
    if (result && "block" in result) {
      this.#publishBlock(result);
      return { type: "blocked", error: blockedError(result) };
    }
    if (result && (!result.text.startsWith(sent) || (before !== "" && sent === "")))
      return { type: "refused", error: unrewritableWords() };
    this.#useFilter(onNewInput(this.#filter, this.#context.turn));
    return { type: "passed", text: result ? result.text.slice(sent.length) : text };
  }

  #onOutcome(outcome: BeforeOutcome, unchecked: string, late: boolean): void {
    const result = outcome === "failed" ? { block: unchecked } : outcome.value;
    // Speech cannot be rewritten: the model has heard it.
    if (!result || !("block" in result) || this.isDiscarding) return;
    if (late) return this.#publishBlock(result);
    this.#host.interruptTurn();
    const [filter, prompt] = discardAnswer(this.#discarding(result.instead), this.#context.turn);
    this.#useFilter(filter);
    this.#publishBlock({ block: result.block, ...(prompt !== undefined && { instead: prompt }) });
  }

  #publishBlock({ block, instead }: Block): void {
    this.#context.publish(errorEvent(blockedError({ block })));
    if (instead !== undefined) this.#host.sendServerText(instead);
  }

  #callBefore(
    input: UserText,
    { name, hooks: { beforeModel } }: Agent = this.#host.agent.agent,
  ): BeforeOutcome | Promise<BeforeOutcome> {
    const context = { ...this.#host.agent.hookContext, agent: name };
    return beforeModel ? callHook("beforeModel", () => beforeModel(input, context)) : noVerdict;
  }

  #callAfter(text: string, delta: string): HookOutcome<Block> | Promise<HookOutcome<Block>> {
    const { agent, hookContext } = this.#host.agent;
    const { afterModel } = agent.hooks;
    return afterModel
      ? callHook("afterModel", () => afterModel({ text, delta }, hookContext))
      : noVerdict;
  }

  #discarding(replacement: string | undefined) {
    return {
      wholeTranscript: this.#hasWholeTranscripts,
      textInterrupts: this.#host.agent.textInterrupts,
      idle: this.#host.translation.idle,
      replacement,
    };
  }

  /** Whether each input transcript is an utterance of its own, not perhaps more of the blocked one. */
  get #hasWholeTranscripts(): boolean {
    return this.#host.translation.inputTranscript === "final";
  }
}

function judgeWords(outcome: BeforeOutcome, text: string): TypedVerdict {
  const result = outcome === "failed" ? { block: uncheckedText } : outcome.value;
  return result && "block" in result
    ? { type: "blocked", error: blockedError(result), isUnchecked: outcome === "failed" }
    : { type: "passed", text: result?.text ?? text };
}

const noVerdict = { value: undefined };

const uncheckedText =
  "Your message could not be checked, so the agent did not get it. Send it again in a moment.";
const uncheckedSpeech =
  "What was said could not be checked, so the answer was stopped. Say it again in a moment.";
const uncheckedAnswer =
  "The answer could not be checked, so it was stopped. Ask again in a moment.";

const blockedError = ({ block }: Block): ClientError => clientError("BLOCKED", block);

const logWithheldWords = (agent: string): void =>
  logWarning(
    `beforeModel blocked words of a client or of the session state, and the instruction of "${agent}" left them out.`,
  );

/** The agents of a tree that have a hook for what clients say: one of those that share it. */
export const judgesBelow = (root: Agent): readonly Agent[] => [
  ...new Map(
    withDescendants(root)
      .filter(({ hooks }) => hooks.beforeModel)
      .map((agent) => [agent.hooks.beforeModel, agent]),
  ).values(),
];
