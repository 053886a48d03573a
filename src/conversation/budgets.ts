/**
 * The budgets of the conversation, of its user's day and of its clients' tokens: counts what the model's service bills and
 * the minutes that speakers are connected, warns clients, and ends the conversation for those whose budget is used up.
 *
 *     receipt, minutes ─► spending ─┬─ 80 % ─► warning
 *                          │        └─ 100 % ─► no more input ─► the turn ends ─► goodbye ─► close 4402
 *                          └─► accounts in the directory (day, token) ─► their sums
 *
 * Audio waits for none of it. Each receipt brings the sum of all conversations: an account that several of them use can
 * be exceeded by a turn of each.
 */
import { isNamedUser } from "../access/identity.ts";
import { endsTurn } from "../core/adk/event.ts";
import type { Timer } from "../core/clock.ts";
import type { ClientError } from "../core/errors.ts";
import { pricesOf } from "../core/live-api/prices.ts";
import {
  addSpending,
  budgetLevel,
  budgetSpent,
  budgetUnknown,
  budgetUse,
  dayOf,
  estimatedCounts,
  goodbyePrompt,
  inputSince,
  isNothing,
  msToNextLevel,
  nextDay,
  nothingSpent,
  spendingOf,
  type BudgetScope,
  type BudgetSettings,
  type BudgetUse,
  type Spending,
  type SpendingLimits,
} from "../core/policy/budget.ts";
import { reportSpending, type SpendingReport } from "../directory.ts";
import type { AdmittedClient, ConnectionToken } from "../protocols/attachment.ts";
import type { AlarmReason } from "../store/alarm-schedule.ts";
import type { Event } from "../wire/adk.ts";
import type { ServerMessage } from "../wire/live-api.ts";
import { mayTakeRole, type Role } from "../wire/parley-v1.ts";
import { newTokens, noTokens, readReceipt, type TokenCounts } from "../wire/receipt.ts";
import type { Connection } from "./connection.ts";
import type { ConversationContext } from "./context.ts";
import type { Engine } from "./engine.ts";
import type { Module, UpstreamChange } from "./module.ts";
import { logFailure } from "../operator-log.ts";

/** The turn that used up the budget may take so long to end, and the goodbye so long to be said and played. */
const turnTimeoutMs = 15_000;
const goodbyeTimeoutMs = 10_000;
const maxPlaybackMs = 15_000;
/** Minutes are reported to the directory this often. */
const minutesCheckMs = 60_000;
/** Who asked, and left, pays for an answer that is billed within this time. */
const askedMs = 60_000;
/** A report that failed is repeated, later each time. After so many in a row the clients are disconnected. */
const retryMs = 10_000;
const maxRetryMs = 10 * 60_000;
const maxFailures = 3;

const storageKey = "spending";

/** A budget that several conversations share. */
interface Account {
  readonly scope: BudgetScope;
  readonly name: string;
  /** The directory that has it: that of a user, or of none ("*"); undefined: this conversation has it. */
  readonly user: string | undefined;
  /** When the directory may forget it, in ms since the epoch. */
  readonly until: number;
  readonly limits: SpendingLimits;
}

interface StoredSpending {
  readonly spent: Spending;
  /** When the minutes were last counted, in ms since the epoch; undefined while there is no speaker. */
  readonly countedAt: number | undefined;
  /** Spending that the directory has not acknowledged, by the account's name. */
  readonly unreported: Readonly<Record<string, Unreported>>;
  /** The newest account that is the conversation's own. */
  readonly own?: { readonly name: string; readonly until: number; readonly spent: Spending };
}

interface Unreported {
  readonly account: Account;
  readonly amount: Spending;
  /** The part of it that was sent: it is sent again as it was, and has its name. */
  readonly sent?: { readonly id: string; readonly amount: Spending } | undefined;
}

interface Budget {
  readonly scope: BudgetScope;
  readonly limits: SpendingLimits;
  readonly spent: Spending;
  readonly members: readonly Connection[];
}

/** An account whose client left before the answer that it asked for was billed. */
interface Leaver {
  readonly account: Account;
  /** Undefined: the answer had not begun. */
  readonly turn: number | undefined;
  /** In ms since the epoch: a model may choose to be silent. */
  readonly until: number;
}

/** The conversation ends for these clients. */
interface Ending {
  readonly errors: Map<Connection, ClientError>;
  phase: "turn" | "goodbye" | "playback";
  timer: Timer | undefined;
}

export class Budgets implements Module {
  readonly #context: ConversationContext;
  readonly #engine: Engine;
  #settings: BudgetSettings | undefined;
  #stored: StoredSpending | undefined;
  /** The speakers whose minutes are counted. */
  #counted: readonly Connection[] | undefined;
  /** The newest sums of the accounts, by name. */
  readonly #sums = new Map<string, Spending>();
  /** The accounts of the tokens whose clients spoke last. */
  #payers: readonly Account[] = [];
  /** The turn in which a connection renewed its token: the earlier one pays for it. */
  readonly #renewedIn = new WeakMap<Connection, number>();
  /** The accounts of the tokens whose speakers left before the answer that they wait for was billed. */
  #leavers: readonly Leaver[] = [];
  /** The newest receipt, or the estimate in its place, and its turn. */
  #receipt: { readonly turn: number; readonly counts: TokenCounts } | undefined;
  /** The newest turn in which the model said or called something that is recorded, and its model. */
  #answer: { readonly turn: number; readonly model: string } | undefined;
  /** The audio of all answers until the newest receipt, in ms. */
  #billedAudioMs: number;
  #hasSession = false;
  /** The input of the model's context until the newest receipt. */
  #billedInput = { context: 0, tokens: noTokens };
  readonly #warned = new WeakMap<Connection, Set<BudgetScope>>();
  #ending: Ending | undefined;
  #reporting: Promise<void> | undefined;
  /** Reports that failed in a row. */
  #failures = 0;

  constructor(context: ConversationContext, engine: Engine) {
    this.#context = context;
    this.#engine = engine;
    this.#billedAudioMs = context.broadcaster.audioMs;
  }

  /** Why a client may not connect; undefined if it may. */
  async admissionError({ token }: Pick<AdmittedClient, "token">): Promise<ClientError | undefined> {
    const now = Date.now();
    const own = this.#spentError("conversation", this.#limits.conversation, this.#spending.spent);
    if (own) return own;
    for (const each of [...this.#dayAccounts(now), ...accountsOf(token)]) {
      const error = await this.#accountError(each, now);
      if (error) return error;
    }
    return undefined;
  }

  /** The newcomer does not pay for what was said before, nor, after a hibernation, for the time. */
  onSpeaker(connection: Connection): void {
    const others = this.#speakers.filter((each) => each !== connection);
    if (!this.#isLimitedBut(others)) this.#note();
    this.#counted ??= others;
    this.#recount();
  }

  /** Until now the client pays, or does not, by the role that it had. */
  onRole(connection: Connection, before: Role): void {
    const others = this.#speakers.filter((each) => each !== connection);
    const isPayer = mayTakeRole(before, "speaker");
    this.#counted ??= isPayer ? [...others, connection] : others;
    if (isPayer) this.#keepPayer(connection);
    this.#recount();
  }

  /** The earlier token pays until now, and for the turn. */
  onRenewing(connection: Connection): void {
    this.#counted ??= this.#speakers;
    if (connection.isJoined && mayTakeRole(connection.role, "speaker")) this.#keepPayer(connection);
    const { open, number } = this.#context.turn;
    if (open) this.#renewedIn.set(connection, number);
    this.#recount();
  }

  /** After a hibernation the client that leaves pays until now. */
  onLeave(connection: Connection): void {
    const isPayer = connection.isJoined && mayTakeRole(connection.role, "speaker");
    this.#counted ??= isPayer ? [...this.#speakers, connection] : this.#speakers;
    if (isPayer) this.#keepPayer(connection);
    this.#recount();
  }

  onUsage(usage: NonNullable<ServerMessage["usageMetadata"]>, model: string): void {
    const turn = this.#context.turn.number;
    const before = this.#receipt?.turn === turn ? this.#receipt.counts : undefined;
    const counts = readReceipt(usage);
    if (!this.#isLimited) return this.#note({ turn, counts });
    this.#count(Date.now());
    this.#bill({ turn, counts }, newTokens(counts, before), model);
  }

  /** @param receipt or what takes its place. @param tokens of it that are new. */
  #bill(receipt: { turn: number; counts: TokenCounts }, tokens: TokenCounts, model: string): void {
    this.#note(receipt);
    this.#bindLeavers();
    for (const connection of this.#context.connections.open) connection.asks = false;
    const { upstreamModel } = this.#context.platform.config();
    const amount = spendingOf(tokens, pricesOf(upstreamModel(model)));
    this.#spend(amount, [...this.#dayAccounts(Date.now()), ...this.#tokenAccounts()]);
    this.#settle();
  }

  /** All audio until now is billed. A client with a budget that comes later must not pay for it. */
  #note(receipt = this.#receipt): void {
    this.#receipt = receipt;
    this.#billedAudioMs = this.#context.broadcaster.audioMs;
    const { context, tokens } = this.#engine.sentInput;
    this.#billedInput = { context, tokens };
  }

  /** The session is over: no receipt comes of an answer that it has not finished. */
  #billUnfinished(): void {
    const { turn, broadcaster } = this.#context;
    const audioMs = broadcaster.audioMs - this.#billedAudioMs;
    // The receipt of a filler, or of a call, is not that of the answer after it.
    const isBilled = this.#receipt?.turn === turn.number;
    const { model } = this.#answer?.turn === turn.number ? this.#answer : { model: undefined };
    if (!this.#isLimited) return this.#note();
    const isAnswer = audioMs > 0 || (!isBilled && model !== undefined);
    if (!isAnswer && !turn.open) return;
    const { context, tokens } = this.#engine.sentInput;
    const isSame = context === this.#billedInput.context;
    // A session that is lost before it answers has perhaps not read its whole context.
    const before = isSame && isAnswer && !isBilled ? this.#receipt?.counts : undefined;
    const since = isSame ? inputSince(tokens, this.#billedInput.tokens) : tokens;
    const counts = estimatedCounts(audioMs, before ?? noTokens, since);
    this.#bill({ turn: turn.number, counts }, counts, model ?? this.#engine.agent.model);
  }

  onEvent(event: Event): void {
    if (event.author !== "user" && event.author !== "parley" && isAnswer(event))
      this.#answer = { turn: this.#context.turn.number, model: this.#engine.agent.model };
    // Audio may come with the receipt, and after it.
    if (endsTurn(event) && (this.#receipt?.turn === this.#context.turn.number || !this.#isLimited))
      this.#note();
    const phase = this.#ending?.phase;
    if (phase === undefined || !endsTurn(event)) return;
    // The event is to be recorded first.
    this.#context.clock.after(0, () => this.#ending?.phase === phase && this.#onTurnEnd());
  }

  /** Without its session the model says no goodbye. */
  onUpstream({ type }: UpstreamChange): void {
    if (type === "ready") this.#hasSession = true;
    else if (this.#hasSession) {
      this.#hasSession = false;
      this.#billUnfinished();
    }
    if (this.#ending && this.#ending.phase !== "playback" && type !== "ready") this.#finish();
  }

  onAlarm(reason: AlarmReason): void {
    if (reason === "budget") this.#recount();
  }

  /** The accounts outlive the conversation: they must not lose what it has spent. */
  onDeleting(): void {
    if (!this.#isLimited) return;
    this.#count(Date.now());
    const reports = this.#reportLast(Object.values(this.#spending.unreported)).catch(logUnknown);
    this.#context.object.waitUntil(reports);
  }

  onReset(): void {
    this.#stored = undefined;
    this.#counted = undefined;
    this.#receipt = this.#answer = undefined;
    this.#hasSession = false;
    this.#billedAudioMs = this.#context.broadcaster.audioMs;
    this.#ending?.timer?.cancel();
    this.#ending = undefined;
    this.#payers = [];
    this.#leavers = [];
    this.#failures = 0;
    this.#sums.clear();
  }

  // ── Counting

  get #limits(): BudgetSettings {
    return (this.#settings ??= this.#context.platform.config().budgets);
  }

  /** A conversation that was deleted stores nothing. */
  get #isLimited(): boolean {
    if (!this.#context.sessionStore.exists) return false;
    const { countedAt, unreported } = this.#spending;
    return (
      countedAt !== undefined ||
      Object.keys(unreported).length > 0 ||
      this.#isLimitedBut([]) ||
      this.#tokenAccounts().length > 0
    );
  }

  /** Whether there is a limit beside those of other clients than these. */
  #isLimitedBut(clients: readonly Connection[]): boolean {
    return (
      budgetUse(nothingSpent, this.#limits.conversation) !== undefined ||
      this.#dayAccounts(0).length > 0 ||
      this.#dueLeavers.length > 0 ||
      clients.some(({ attachment }) => accountsOf(attachment.token).length > 0)
    );
  }

  get #spending(): StoredSpending {
    this.#stored ??= this.#context.kv.get<StoredSpending>(storageKey) ?? nothingStored;
    return this.#stored;
  }

  #change(change: Partial<StoredSpending>): void {
    this.#stored = { ...this.#spending, ...change };
  }

  #save(): void {
    this.#context.kv.put<StoredSpending>(storageKey, this.#spending);
  }

  get #speakers(): Connection[] {
    return this.#context.connections.joined.filter(({ role }) => mayTakeRole(role, "speaker"));
  }

  #recount(): void {
    if (!this.#isLimited) return;
    this.#count(Date.now());
    this.#settle();
  }

  /** Counts the minutes of the speakers since the last count. @param now in ms since the epoch. */
  #count(now: number): void {
    const { countedAt = now } = this.#spending;
    const counted = this.#counted ?? this.#speakers;
    this.#counted = this.#speakers;
    const ms = counted.length === 0 ? 0 : Math.max(0, now - countedAt);
    this.#change({ countedAt: this.#counted.length === 0 ? undefined : now });
    if (ms === 0) return;
    this.#spend({ ...nothingSpent, ms }, []);
    for (const { attachment } of counted)
      for (const account of accountsOf(attachment.token))
        this.#owe(account, { ...nothingSpent, ms });
  }

  #spend(amount: Spending, accounts: readonly Account[]): void {
    this.#change({ spent: addSpending(this.#spending.spent, amount) });
    for (const account of accounts) this.#owe(account, amount);
  }

  #owe(account: Account, amount: Spending): void {
    const { unreported } = this.#spending;
    const { sent, amount: before = nothingSpent } = unreported[account.name] ?? {};
    const entry = { account, amount: addSpending(before, amount), sent };
    this.#change({ unreported: { ...unreported, [account.name]: entry } });
  }

  // ── The accounts in the directory

  #dayAccounts(now: number): Account[] {
    const limits = this.#limits.day;
    if (!budgetUse(nothingSpent, limits)) return [];
    const { user } = this.#context.sessionStore.identity;
    // No directory knows which conversations of no certain person are one visitor's.
    const owner = isNamedUser(user) ? user : undefined;
    return [{ scope: "day", name: `day ${dayOf(now)}`, user: owner, until: nextDay(now), limits }];
  }

  /**
   * The accounts that pay for an answer: those of the speakers or, if all have left, of the last ones, and of those who left in
   * the middle of its turn.
   */
  #tokenAccounts(): readonly Account[] {
    const speakers = this.#speakers;
    const { number } = this.#context.turn;
    if (speakers.length > 0)
      this.#payers = speakers
        .filter((each) => this.#renewedIn.get(each) !== number)
        .flatMap(({ attachment: { token } }) => accountsOf(token));
    const all = [...this.#payers, ...this.#dueLeavers.map(({ account }) => account)];
    return [...new Map(all.map((each) => [each.name, each])).values()];
  }

  /** A client must not ask, and leave before the receipt. */
  #keepPayer(connection: Connection): void {
    const { token } = connection.attachment;
    const { open, number } = this.#context.turn;
    const isDue = open || connection.asks;
    if (!isDue || this.#renewedIn.get(connection) === number) return;
    const now = Date.now();
    const added = accountsOf(token).map((account) => ({
      account,
      turn: open ? number : undefined,
      until: now + askedMs,
    }));
    this.#leavers = [...this.#leavers, ...added];
  }

  /** Those who left before their answer had begun pay for the first one that is billed. */
  #bindLeavers(): void {
    const { number } = this.#context.turn;
    this.#leavers = this.#dueLeavers.map((each) => ({ ...each, turn: number }));
  }

  get #dueLeavers(): readonly Leaver[] {
    const { number } = this.#context.turn;
    const now = Date.now();
    return this.#leavers.filter(({ turn, until }) =>
      turn === undefined ? now < until : turn === number,
    );
  }

  async #accountError(account: Account, now: number): Promise<ClientError | undefined> {
    try {
      const sum = await this.#report(account, nothingSpent, now);
      return this.#spentError(account.scope, account.limits, sum);
    } catch (error) {
      logUnknown(error);
      return budgetUnknown();
    }
  }

  /** Compares with the limits at once, and again when the directory has told the sums. */
  #settle(): void {
    this.#save();
    this.#compare();
    this.#schedule();
    this.#reporting ??= this.#reportAll().finally(() => (this.#reporting = undefined));
    this.#context.object.waitUntil(this.#reporting);
  }

  async #reportAll(): Promise<void> {
    const now = Date.now();
    const unreported = Object.values(this.#spending.unreported);
    const known = [...this.#dayAccounts(now), ...this.#tokenAccounts()];
    const unread = known.filter(
      ({ name }) =>
        !this.#sums.has(name) && !unreported.some(({ account }) => account.name === name),
    );
    const accounts = [...unreported.map(({ account }) => account), ...unread];
    if (accounts.length === 0) return;
    const { deletions } = this.#context;
    try {
      for (const account of accounts) {
        const report = this.#reportOf(account);
        const amount = report?.amount ?? nothingSpent;
        this.#sums.set(account.name, await this.#report(account, amount, now, report));
        this.#acknowledge(account, amount);
      }
      this.#failures = 0;
      this.#compare();
    } catch (error) {
      logUnknown(error);
      // A deleted conversation tries nothing again.
      if (deletions !== this.#context.deletions) return;
      this.#failures++;
      if (this.#failures >= maxFailures) this.#disconnect(known);
    }
    if (this.#hasUnreported) this.#retry();
  }

  /** Reports what a deleted conversation has spent. What is under way already counts once. */
  async #reportLast(unreported: readonly Unreported[]): Promise<void> {
    const now = Date.now();
    const from = this.#context.object.id.toString();
    for (const { account, amount, sent } of unreported) {
      const { user } = account;
      // The conversation's own account ends with it.
      if (user === undefined) continue;
      const rest = sent ? addSpending(amount, negated(sent.amount)) : amount;
      for (const each of [...(sent ? [sent] : []), { id: crypto.randomUUID(), amount: rest }])
        if (!isNothing(each.amount))
          await reportSpending(this.#context.env, { ...account, user }, each.amount, now, {
            ...each,
            from,
          });
    }
  }

  /** @returns the account's sum. Rejects if the directory does not answer. */
  async #report(
    account: Account,
    amount: Spending,
    now: number,
    report?: SpendingReport,
  ): Promise<Spending> {
    const { user } = account;
    if (user !== undefined)
      return reportSpending(this.#context.env, { ...account, user }, amount, now, report);
    const { own } = this.#spending;
    const before = own?.name === account.name ? own.spent : nothingSpent;
    const spent = addSpending(before, amount);
    // What is left of yesterday's account must not replace today's.
    if (!isNothing(amount) && account.until >= (own?.until ?? 0))
      this.#change({ own: { name: account.name, until: account.until, spent } });
    return spent;
  }

  /** A report that failed may have arrived all the same: the directory knows it again by its id. */
  #reportOf({ name }: Account): SpendingReport | undefined {
    const { unreported } = this.#spending;
    const entry = unreported[name];
    if (!entry || isNothing(entry.amount)) return undefined;
    const { id, amount } = entry.sent ?? { id: crypto.randomUUID(), amount: entry.amount };
    this.#change({ unreported: { ...unreported, [name]: { ...entry, sent: { id, amount } } } });
    this.#save();
    return { id, amount, from: this.#context.object.id.toString() };
  }

  #acknowledge({ name }: Account, amount: Spending): void {
    const { [name]: entry, ...others } = this.#spending.unreported;
    if (!entry) return;
    const rest = { account: entry.account, amount: addSpending(entry.amount, negated(amount)) };
    const unreported = isNothing(rest.amount) ? others : { ...others, [name]: rest };
    this.#change({ unreported });
    this.#save();
  }

  get #hasUnreported(): boolean {
    return this.#failures > 0 || Object.keys(this.#spending.unreported).length > 0;
  }

  #retry(): void {
    const pause =
      this.#failures > 0 ? Math.min(retryMs * 2 ** (this.#failures - 1), maxRetryMs) : 0;
    this.#context.alarms.set("budget", Date.now() + pause);
  }

  /** No client may spend from an account that cannot be read. */
  #disconnect(accounts: readonly Account[]): void {
    const error = budgetUnknown();
    for (const account of accounts)
      for (const connection of this.#membersOf(account)) this.#context.closeFor(connection, error);
  }

  // ── Limits

  #budgets(now: number): Budget[] {
    const { spent, unreported } = this.#spending;
    const accounts = [...this.#dayAccounts(now), ...this.#tokenAccounts()];
    return [
      {
        scope: "conversation",
        limits: this.#limits.conversation,
        spent,
        members: this.#context.connections.open,
      },
      ...accounts.map((account) => ({
        scope: account.scope,
        limits: account.limits,
        spent: addSpending(
          this.#sums.get(account.name) ?? nothingSpent,
          unreported[account.name]?.amount ?? nothingSpent,
        ),
        members: this.#membersOf(account),
      })),
    ];
  }

  #membersOf({ scope, name }: Account): Connection[] {
    const { open } = this.#context.connections;
    return scope === "day"
      ? open
      : open.filter(({ attachment: { token } }) => token && tokenAccount(token)?.name === name);
  }

  #compare(): void {
    for (const { scope, limits, spent, members } of this.#budgets(Date.now())) {
      const use = budgetUse(spent, limits);
      const level = budgetLevel(use);
      if (!use || level === "within") continue;
      if (level === "spent") this.#end(members, budgetSpent(scope, use.of));
      else for (const connection of members) this.#warn(connection, scope, use);
    }
  }

  #spentError(
    scope: BudgetScope,
    limits: SpendingLimits,
    spent: Spending,
  ): ClientError | undefined {
    const use = budgetUse(spent, limits);
    return use && budgetLevel(use) === "spent" ? budgetSpent(scope, use.of) : undefined;
  }

  /** Sets the alarm to the next time at which minutes reach a level, or are reported. */
  #schedule(): void {
    if (this.#counted === undefined || this.#counted.length === 0) return;
    const due = this.#budgets(Date.now()).map(({ scope, spent, limits }) => {
      const ms = msToNextLevel(spent, limits);
      return scope === "conversation" || ms === Infinity ? ms : Math.min(ms, minutesCheckMs);
    });
    const ms = Math.min(...due);
    if (ms < Infinity) this.#context.alarms.set("budget", Date.now() + Math.max(ms, 1));
  }

  // ── Messages to clients

  /** Once for each of its budgets. */
  #warn(connection: Connection, scope: BudgetScope, { of, share }: BudgetUse): void {
    const warned = this.#warned.get(connection) ?? new Set();
    if (!connection.isJoined || warned.has(scope)) return;
    this.#warned.set(connection, warned.add(scope));
    const used = Math.floor(share * 100) / 100;
    this.#context.inform(connection, { type: "budget", scope, of, used });
  }

  // ── The end

  /** Takes no more input of these clients, and closes their connections: after a goodbye if no other client is there. */
  #end(members: readonly Connection[], error: ClientError): void {
    const ended = members.filter((connection) => !connection.inputEnded);
    if (ended.length === 0) return;
    for (const connection of ended) connection.endInput(error);
    const othersSpeak = this.#speakers.some((connection) => !connection.inputEnded);
    if (othersSpeak || this.#engine.upstream !== "open") {
      for (const connection of ended) this.#context.closeFor(connection, error);
      return;
    }
    const errors = ended.map((connection) => [connection, error] as const);
    if (this.#ending) for (const [connection] of errors) this.#ending.errors.set(connection, error);
    else this.#beginEnding(new Map(errors));
  }

  #beginEnding(errors: Map<Connection, ClientError>): void {
    this.#ending = { errors, phase: "turn", timer: undefined };
    if (this.#context.turn.open) this.#advance("turn", turnTimeoutMs);
    else this.#context.clock.after(0, () => this.#onTurnEnd());
  }

  /** The turn, or the goodbye, is over. */
  #onTurnEnd(): void {
    if (this.#ending?.phase === "goodbye") this.#awaitPlayback();
    else if (this.#ending?.phase === "turn") this.#sayGoodbye();
  }

  #sayGoodbye(): void {
    this.#advance("goodbye", goodbyeTimeoutMs);
    this.#engine.sendServerText(goodbyePrompt);
  }

  #awaitPlayback(): void {
    const { turn, clock } = this.#context;
    const connections = [...(this.#ending?.errors.keys() ?? [])];
    const unplayed = connections.map(({ unplayedMs }) => unplayedMs);
    const ms = Math.max(0, turn.playedUntil - clock.now(), ...unplayed);
    this.#advance("playback", Math.min(ms, maxPlaybackMs));
  }

  /** @param ms after which the next phase begins at the latest. */
  #advance(phase: Ending["phase"], ms: number): void {
    const ending = this.#ending;
    if (!ending) return;
    ending.timer?.cancel();
    ending.phase = phase;
    ending.timer = this.#context.clock.after(ms, () => {
      if (phase === "playback") this.#finish();
      else this.#onTurnEnd();
    });
  }

  #finish(): void {
    const ending = this.#ending;
    this.#ending = undefined;
    ending?.timer?.cancel();
    for (const [connection, error] of ending?.errors ?? [])
      if (connection.isOpen) this.#context.closeFor(connection, error);
  }
}

const nothingStored: StoredSpending = { spent: nothingSpent, countedAt: undefined, unreported: {} };

const negated = ({ usd, ms, tokens }: Spending): Spending => ({
  usd: -usd,
  ms: -ms,
  tokens: -tokens,
});

/** Undefined without a budget. A token that another one made spends from that one's. */
function tokenAccount(token: ConnectionToken): Account | undefined {
  const { budget, parent, id, expiresAt, parentExpiresAt = expiresAt } = token;
  const { user = "*", account = user } = token;
  const name = `token ${parent ?? id}`;
  return budget && { scope: "token", name, user: account, until: parentExpiresAt, limits: budget };
}

const accountsOf = (token: ConnectionToken | undefined): readonly Account[] => {
  const account = token && tokenAccount(token);
  return account ? [account] : [];
};

/** Whether the model said or called something, which costs. */
const isAnswer = ({ content, outputTranscription }: Event): boolean =>
  outputTranscription !== undefined ||
  (content?.parts ?? []).some((part) => part.text !== undefined || part.functionCall !== undefined);

/** Whether what one token asks for may be charged to a client with another: it has no budget of its own, or the same. */
export function mayCharge(
  token: ConnectionToken | undefined,
  client: ConnectionToken | undefined,
): boolean {
  const own = token && tokenAccount(token);
  return !own || own.name === (client && tokenAccount(client))?.name;
}

const logUnknown = (error: unknown): void => logFailure("a budget could not be read", error);
