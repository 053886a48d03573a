/**
 * What an agent's author lets through, both ways: words to the model, words of the model.
 *
 *     typed ─► beforeModel ─► the model ─► pass (core/guard) ─► afterModel ─► people
 *                                             ▲                    │
 *                       beforeModel ◄── transcripts of speech      │
 *                            └──────── stop: interrupted, why, and silence until the turn is over
 *
 * The sound waits for nobody: a verdict that comes later stops what has not been played by then.
 */
import { callHook, type Block, type HookOutcome, type WordsIn } from "../agent/hooks.ts";
import { IncrementalHook } from "../agent/incremental-hook.ts";
import { errorEvent } from "../core/adk/event.ts";
import {
  onNewInput,
  isAnswerContent,
  openFilter,
  filterMessage,
  discardAnswer,
  type AnswerFilter,
} from "../core/policy/answer-filter.ts";
import { clientError, type ClientError } from "../core/errors.ts";
import type { EventBody } from "../wire/adk.ts";
import type { FunctionCall, ServerMessage } from "../wire/live-api.ts";
import type { AgentRuntime } from "../agent/agent-runtime.ts";

export interface Rails {
  session(): AgentRuntime;
  /** Tells everyone. */
  tell(body: EventBody): void;
  /** The answer under way is over: its words are closed, and everyone is told. */
  cut(): void;
  /** Asks the model for something, in words. */
  mention(words: string): void;
}

/** Whoever typed something. */
export interface Typist {
  /** It passes, perhaps in other words. */
  say(text: string): void;
  /** It was not even looked at. */
  refuse(problem: ClientError): void;
  /** It does not pass, which everyone was told. */
  blocked(problem: ClientError): void;
}

/** Typed words that wait for a verdict on those before them. */
const mostWaiting = 50;

export class Guardrail {
  readonly #rails: Rails;
  readonly #spoken: IncrementalHook;
  readonly #answer: IncrementalHook;
  #guard: AnswerFilter = openFilter;
  /** Whether anything of the answer to this turn was heard. */
  #begun = false;
  #typed = Promise.resolve();
  #waiting = 0;

  constructor(rails: Rails) {
    this.#rails = rails;
    this.#spoken = new IncrementalHook({
      callHook: (text) => this.#askBefore({ text, source: "spoken" }),
      handleOutcome: (outcome, late) => this.#rule(outcome, uncheckedSpeech, late),
    });
    this.#answer = new IncrementalHook({
      callHook: (text, delta) => this.#askAfter(text, delta),
      handleOutcome: (outcome, late) => this.#rule(outcome, uncheckedAnswer, late),
    });
  }

  /** Whether the answer under way is kept from everybody: nobody is owed one. */
  get stopping(): boolean {
    return this.#guard.state === "discarding";
  }

  /** Somebody interrupted the answer that is on: nothing more of it is heard. */
  interrupt(): void {
    const interrupts = this.#rails.session().textInterrupts;
    [this.#guard] = discardAnswer({
      started: this.#begun,
      wholeTranscript: this.#isWhole,
      textInterrupts: interrupts,
      replacement: undefined,
    });
  }

  /**
   * Lets typed words pass as their author wants them, in the order they came.
   */
  type(text: string, typist: Typist): void {
    const word = this.#askBefore({ text, source: "typed" });
    const decided = (outcome: Awaited<typeof word>): void => this.#pass(outcome, text, typist);
    if (!(word instanceof Promise) && this.#waiting === 0) return decided(word);
    if (this.#waiting >= mostWaiting) return typist.refuse(tooManyWaiting());
    this.#waiting++;
    this.#typed = this.#inTurn(this.#typed, word, decided);
  }

  /** @param tell is given what may be told of the message, perhaps in pieces. */
  hear(message: ServerMessage, tell: (message: ServerMessage) => void): void {
    for (const part of wordsFirst(message)) this.#hear(part, tell);
  }

  /** Makes calls once what led to them is judged, or answers them without. */
  whenJudged({ toolCall }: ServerMessage, make: () => void): void {
    const settled = toolCall && this.#spoken.settled;
    if (settled) void this.#afterwards(settled, toolCall.functionCalls ?? [], make);
    else make();
  }

  async #afterwards(
    settled: Promise<unknown>,
    calls: readonly FunctionCall[],
    make: () => void,
  ): Promise<void> {
    await settled;
    if (this.stopping) this.#rails.session().rejectCalls(calls);
    else make();
  }

  async #inTurn<T>(before: Promise<void>, word: T, then: (word: Awaited<T>) => void) {
    await before;
    const outcome = await word;
    this.#waiting--;
    then(outcome);
  }

  #hear(message: ServerMessage, tell: (message: ServerMessage) => void): void {
    if (message.setupComplete) this.#turn();
    const told = this.#judged(this.#admit(message));
    if (isAnswerContent(told.serverContent)) this.#begun = true;
    tell(told);
    const said = told.serverContent?.inputTranscription?.text;
    if (said && this.#isWhole) this.#spoken.check(said);
    else if (said) this.#spoken.append(said);
    if (told.serverContent?.turnComplete) this.#turn();
  }

  #turn(): void {
    this.#begun = false;
    this.#spoken.endTurn();
    this.#answer.endTurn();
  }

  #admit(message: ServerMessage): ServerMessage {
    const [guard, passed] = filterMessage(this.#guard, message);
    this.#guard = guard;
    if (passed.blockedCalls.length > 0) this.#rails.session().rejectCalls(passed.blockedCalls);
    if (passed.prompt !== undefined) this.#rails.mention(passed.prompt);
    return passed.message;
  }

  /** What is blocked at once is not told at all. */
  #judged(message: ServerMessage): ServerMessage {
    const words = message.serverContent?.outputTranscription?.text;
    if (words) this.#answer.append(words);
    return words && this.stopping ? this.#admit(message) : message;
  }

  #pass(outcome: HookOutcome<Block | { text: string }>, text: string, typist: Typist): void {
    const word = outcome === "failed" ? { block: uncheckedText } : outcome.value;
    if (word && "block" in word) {
      this.#explain(word);
      return typist.blocked(blocked(word));
    }
    this.#guard = onNewInput(this.#guard);
    typist.say(word?.text ?? text);
  }

  #rule(outcome: HookOutcome<Block | { text: string }>, unchecked: string, late: boolean): void {
    const word = outcome === "failed" ? { block: unchecked } : outcome.value;
    // What was said cannot be unsaid: speech is not rewritten.
    if (!word || !("block" in word) || this.stopping) return;
    if (late) return this.#explain(word);
    this.#rails.cut();
    const { instead } = word;
    const interrupts = this.#rails.session().textInterrupts;
    const stopping = {
      started: this.#begun,
      wholeTranscript: this.#isWhole,
      textInterrupts: interrupts,
      replacement: instead,
    };
    const [guard, now] = discardAnswer(stopping);
    this.#guard = guard;
    this.#explain({ block: word.block, ...(now !== undefined && { instead: now }) });
  }

  #explain({ block, instead }: Block): void {
    this.#rails.tell(errorEvent(blocked({ block })));
    if (instead !== undefined) this.#rails.mention(instead);
  }

  #askBefore(
    words: WordsIn,
  ): HookOutcome<Block | { text: string }> | Promise<HookOutcome<Block | { text: string }>> {
    const { agent, hookContext } = this.#rails.session();
    const { beforeModel } = agent.hooks;
    return beforeModel
      ? callHook("beforeModel", () => beforeModel(words, hookContext))
      : nothingSaid;
  }

  #askAfter(text: string, delta: string): HookOutcome<Block> | Promise<HookOutcome<Block>> {
    const { agent, hookContext } = this.#rails.session();
    const { afterModel } = agent.hooks;
    return afterModel
      ? callHook("afterModel", () => afterModel({ text, delta }, hookContext))
      : nothingSaid;
  }

  get #isWhole(): boolean {
    return this.#rails.session().speakers().inputTranscript === "final";
  }
}

const nothingSaid = { value: undefined };

/** What the user said is told, and judged, before what the model answers to it. */
function wordsFirst(message: ServerMessage): readonly ServerMessage[] {
  const { serverContent, ...rest } = message;
  if (!serverContent?.inputTranscription) return [message];
  const { inputTranscription, ...others } = serverContent;
  const words = { serverContent: { inputTranscription } };
  if (Object.keys(others).length > 0) return [words, { ...rest, serverContent: others }];
  return Object.keys(rest).length > 0 ? [words, rest] : [words];
}

const uncheckedText =
  "Your message could not be checked, so the agent did not get it. Send it again in a moment.";
const uncheckedSpeech =
  "What was said could not be checked, so the answer was stopped. Say it again in a moment.";
const uncheckedAnswer =
  "The answer could not be checked, so it was stopped. Ask again in a moment.";

const blocked = ({ block }: Block): ClientError => clientError("BLOCKED", block);

const tooManyWaiting = (): ClientError =>
  clientError(
    "TOO_MANY_PENDING",
    "Too many messages wait to be checked, so this one was not taken. Send it again in a moment.",
  );
