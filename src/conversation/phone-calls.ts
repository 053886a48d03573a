/**
 * Telephone calls in a conversation: admission of the media stream, the caller's audio and keys, the end of the call.
 *
 *     expect (a token) ─► socket ─► start, with the token ─► joined ─► stop
 *                           └─ no start, or another token: closed without an upstream connection
 */
import type { CallStatus, ClientRequest, DialOutcome, PhoneEvent } from "../core/client-request.ts";
import type { Timer } from "../core/clock.ts";
import type { ClientError } from "../core/errors.ts";
import { markIntervalMs } from "../core/delivery/playback-marks.ts";
import { patientTimer } from "../core/lateness.ts";
import { awaitedCalls } from "../core/turn-state.ts";
import type { PhoneLine } from "../agent/runtime/call-control.ts";
import type { CallContinuation, CallStep } from "../protocols/remote-conversation.ts";
import {
  admitStream,
  endCall,
  endLateCall,
  expectStream,
  finishDial,
  isStreamExpected,
  requestDial,
  startDial,
  storeNote,
  takeNote,
} from "../store/phone-call.ts";
import type { AlarmReason } from "../store/alarm-schedule.ts";
import type { Event } from "../wire/adk.ts";
import { concatBytes } from "../wire/bytes.ts";
import { holdSound } from "../wire/hold-sound.ts";
import { fromMulaw, mulawSilence, phoneSampleRate } from "../wire/mulaw.ts";
import { micSampleRate } from "../wire/pcm.ts";
import { Resampler } from "../wire/resampler.ts";
import { isPhone, phoneProtocols, type AdmittedClient } from "../protocols/attachment.ts";
import type { Connection } from "./connection.ts";
import type { ConversationContext } from "./context.ts";
import { streamNotExpected } from "./errors.ts";
import type { Module } from "./module.ts";
import type { Requests } from "./requests.ts";

/** One call's audio and keys. */
interface CallState {
  readonly resampler: Resampler;
  /** Start of the next audio if none is missing, in ms of the stream. */
  expectedMs: number | undefined;
  /** Arrival of the last audio, in ms since the epoch. */
  lastAudioAt: number;
  /** The relay has sent silence for the missing audio. */
  padded: boolean;
  digits: string;
  digitTimer: Timer | undefined;
  audioTimer: Timer | undefined;
}

const startTimeoutMs = 5_000;
/** After this pause the pressed digits form one number. */
const digitPauseMs = 1_500;
/** Limit for the silence that replaces missing audio. VAD needs some to detect the end of a word. */
const maxPaddingMs = 1_000;
const starvationMs = 750;
/** A telephone network that sends nothing for this long has lost the call without a `stop`. */
const deadCallMs = 45_000;
/** Limit for one number. */
const maxDigits = 40;
/** Smaller gaps are clock drift in the network. */
const minGapMs = 40;

/** A caller waits this long in silence, if the agent's author has set nothing else. */
const holdDelayMs = 2_000;
const holdCheckMs = 500;
/** After this long without a running call, no answer is to be expected. */
const maxSilentMs = 5_000;

export class PhoneCalls implements Module, PhoneLine {
  readonly #context: ConversationContext;
  readonly #requests: Requests;
  readonly #calls = new Map<string, CallState>();
  readonly #startTimers = new Map<string, Timer>();
  #holdTimer: Timer | undefined;

  constructor(context: ConversationContext, requests: Requests) {
    this.#context = context;
    this.#requests = requests;
    context.callControl.attach(this);
  }

  /** Expects a stream that presents the token within a minute, unless the call is over or goes to another telephone. */
  continueCall(request: CallContinuation): CallStep {
    const { token, ids, isReconnect, isInbound, dialled, machine } = request;
    const { storage } = this.#context.object;
    if (isInbound && !isReconnect && this.overloadError()) return { type: "reject" };
    if (machine) this.#publishCall({ status: "answered", answeredBy: "machine" });
    if (machine === "hangUp") return { type: "hangUp" };
    if (machine)
      storeNote(storage, "[A machine has answered the call: an answering machine, or a fax.]");
    if (dialled) this.#onDialled(dialled);
    const target = startDial(storage);
    if (target) return { type: "dial", to: target.to };
    const isExpected = expectStream(
      storage,
      { token, ids },
      isReconnect,
      this.#context.clock.now(),
    );
    this.#endLateCall();
    return { type: isExpected ? "stream" : "hangUp" };
  }

  /** An overloaded isolate takes no new call. */
  overloadError(): ClientError | undefined {
    const { overload, clock } = this.#context.platform;
    return overload.refusal(clock.now(), Math.random());
  }

  /** Telnyx and Plivo sign no streams: one that no webhook has announced opens nothing, and counts for no user. */
  admissionError({ protocol }: AdmittedClient): ClientError | undefined {
    const { object, clock } = this.#context;
    return isPhone(protocol) && !isStreamExpected(object.storage, clock.now())
      ? streamNotExpected()
      : undefined;
  }

  /** A call whose stream has not come leaves nothing behind, unless its conversation has more than the call. */
  async onAlarm(reason: AlarmReason): Promise<void> {
    if (reason !== "call" || this.#endLateCall()) return;
    const { connections, sessionStore } = this.#context;
    if (!sessionStore.exists && connections.open.length === 0) await this.#context.delete();
  }

  /** @returns whether a stream is still expected. */
  #endLateCall(): boolean {
    const at = endLateCall(this.#context.object.storage, this.#context.clock.now());
    if (at !== undefined) this.#context.alarms.set("call", at);
    return at !== undefined;
  }

  /** A call that is over does not come back, and its conversation need not wait for it. */
  onStatus(call: CallStatus): void {
    this.#publishCall({ ...call });
    if (!["initiated", "ringing", "answered"].includes(call.status))
      endCall(this.#context.object.storage);
  }

  /** The caller was connected to another telephone, and comes back if no one answered there. */
  #onDialled(outcome: DialOutcome): void {
    const { storage } = this.#context.object;
    const target = finishDial(storage);
    if (!target) return;
    this.#publishCall({ status: "transferred", target: target.name, outcome });
    if (outcome === "answered") return endCall(storage);
    const reason = outcome === "failed" ? "failed" : `was not answered (${outcome})`;
    storeNote(
      storage,
      `[The transfer to ${target.name} ${reason}. The caller is back on the phone with you.]`,
    );
  }

  // ── The line, for the agent's tools

  get isConnected(): boolean {
    return this.#line !== undefined;
  }

  get hasSpoken(): boolean {
    const { answerStarted, phase } = this.#context.turn;
    return answerStarted && phase !== "thinking";
  }

  get unplayedMs(): number {
    return this.#line?.unplayedMs ?? 0;
  }

  flush(): void {
    this.#line?.flush();
  }

  press(digits: string): void {
    this.#line?.press(digits);
  }

  hangUp(): void {
    endCall(this.#context.object.storage);
    if (this.#line) this.#end(this.#line, "The agent ended the call.");
  }

  /** The stream closes, and the provider asks how the call goes on. */
  dial(to: string, name: string): void {
    const connection = this.#line;
    if (!connection) return;
    requestDial(this.#context.object.storage, { to, name });
    this.#publishCall({ status: "transferring", target: name });
    this.#context.leave(connection, `The call is transferred to ${name}.`);
    connection.close(1000, "The call is transferred.");
  }

  /** The newest: the stream of a call that was reconnected may still be closing. */
  get #line(): Connection | undefined {
    const { connections } = this.#context;
    return phoneProtocols.flatMap((protocol) => connections.joinedBy(protocol)).at(-1);
  }

  #publishCall(call: Readonly<Record<string, string | number>>): void {
    this.#context.publish({ author: "user", customMetadata: { call } });
  }

  /** The stream must authenticate by `start` in time: until then the caller is unknown. */
  onOpen(connection: Connection): void {
    if (!isPhone(connection.attachment.protocol)) return;
    const timer = patientTimer(this.#context.clock, startTimeoutMs, () =>
      this.#reject(connection, "The stream did not start."),
    );
    this.#startTimers.set(connection.id, timer);
  }

  onEvent(event: Event): void {
    this.#context.callControl.onEvent(event);
    if (event.content?.parts?.some((part) => part.functionCall)) this.#onToolCall();
  }

  /** A tool has begun: if it lets the caller wait, and nothing is said meanwhile, a sound begins. */
  #onToolCall(): void {
    const hold = this.#context.recorder.agent?.agent.holdSound;
    if (!hold || !this.isConnected) return;
    this.#holdTimer?.cancel();
    this.#holdTimer = this.#context.clock.after(hold.afterMs ?? holdDelayMs, () =>
      this.#watchHold(holdSound(hold.sound), 0),
    );
  }

  /** @param idle how often in a row no call was running: its answer may never come. */
  #watchHold(round: Uint8Array, idle: number): void {
    const line = this.#line;
    const isWaiting = awaitedCalls(this.#context.turn).length > 0;
    if (!line || idle * holdCheckMs >= maxSilentMs) return line?.stopHold();
    if (isWaiting && line.unplayedMs === 0) line.startHold(round);
    // The end of the agent's words before the call has no mark yet.
    else if (isWaiting && line.unplayedMs < markIntervalMs) line.flush();
    this.#holdTimer = this.#context.clock.after(holdCheckMs, () =>
      this.#watchHold(round, isWaiting ? 0 : idle + 1),
    );
  }

  onLeave({ id }: Connection): void {
    if (this.#calls.has(id) && !this.isConnected) this.#context.callControl.onDisconnected();
    const call = this.#calls.get(id);
    for (const timer of [call?.digitTimer, call?.audioTimer, this.#startTimers.get(id)])
      timer?.cancel();
    this.#calls.delete(id);
    this.#startTimers.delete(id);
  }

  onRequest(connection: Connection, request: ClientRequest): boolean {
    if (request.type !== "phone") return false;
    this.#handle(connection, request.event);
    return true;
  }

  #handle(connection: Connection, event: PhoneEvent): void {
    if (event.kind === "start") return this.#onStart(connection, event);
    if (!connection.isJoined)
      return event.kind === "stop"
        ? this.#reject(connection, "The stream did not start.")
        : undefined;
    if (event.kind === "stop") return this.#end(connection, "The caller hung up.");
    const call = this.#callOf(connection);
    switch (event.kind) {
      case "media":
        return this.#onMedia(connection, call, event);
      case "mark":
        connection.onMark(event.name);
        return this.#context.callControl.onPlayed();
      case "digit":
        return this.#onDigit(connection, call, event.digit);
    }
  }

  #onStart(
    connection: Connection,
    { stream, call, token }: Extract<PhoneEvent, { kind: "start" }>,
  ): void {
    if (connection.isJoined) return;
    const { object, clock } = this.#context;
    this.#startTimers.get(connection.id)?.cancel();
    if (!admitStream(object.storage, { token, call }, clock.now()))
      return this.#reject(connection, "The call is not expected.");
    // The same for the streams of one call, if one breaks.
    connection.update({ streamSid: stream, person: `call ${call}` });
    this.#context.join(connection);
    // Watches the audio from here: perhaps none ever comes.
    this.#callOf(connection);
    const note = takeNote(object.storage);
    if (note !== undefined) this.#requests.handle(connection, { type: "text", text: note });
  }

  /** The call is over; so is the conversation if no other client is connected. */
  #end(connection: Connection, reason: string): void {
    const isLast = !this.#context.connections.hasOthers(connection);
    this.#context.leave(connection, reason);
    connection.close(1000, "Goodbye.");
    if (isLast) this.#context.end(1000, reason);
  }

  #reject(connection: Connection, reason: string): void {
    if (connection.isJoined) return;
    this.#context.leave(connection);
    connection.close(1008, reason);
  }

  /** Hibernation loses the state: the next frame creates it again. */
  #callOf(connection: Connection): CallState {
    const known = this.#calls.get(connection.id);
    if (known) return known;
    const call = newCall(this.#context.clock.now());
    this.#calls.set(connection.id, call);
    this.#watchAudio(connection, call);
    return call;
  }

  #onMedia(
    connection: Connection,
    call: CallState,
    { audio, timestampMs }: Extract<PhoneEvent, { kind: "media" }>,
  ): void {
    const { expectedMs } = call;
    const isTimed = timestampMs !== undefined && expectedMs !== undefined;
    const gapMs = isTimed ? timestampMs - expectedMs : 0;
    const paddingMs = gapMs >= minGapMs ? Math.min(gapMs, maxPaddingMs) : 0;
    const ms = (audio.length / phoneSampleRate) * 1000;
    call.expectedMs =
      timestampMs === undefined ? undefined : Math.max(timestampMs + ms, expectedMs ?? 0);
    call.lastAudioAt = this.#context.clock.now();
    call.padded = false;
    this.#send(connection, call, paddingMs > 0 ? concatBytes([silence(paddingMs), audio]) : audio);
  }

  #send(connection: Connection, { resampler }: CallState, mulaw: Uint8Array): void {
    const samples = fromMulaw(mulaw);
    const resampled = new Float32Array(resampler.capacityFor(samples.length));
    const pcm = toPcm16(resampled.subarray(0, resampler.push(samples, resampled)));
    if (pcm.byteLength > 0)
      this.#requests.handle(connection, { type: "audio", pcm, rate: micSampleRate });
  }

  /** A network may stop sending within a word: without silence the model would wait for the end of the word. */
  #watchAudio(connection: Connection, call: CallState): void {
    const { clock } = this.#context;
    const missingMs = clock.now() - call.lastAudioAt;
    if (missingMs >= deadCallMs) return this.#onDeadCall(connection);
    if (missingMs >= starvationMs && !call.padded) {
      call.padded = true;
      this.#send(connection, call, silence(maxPaddingMs));
    }
    call.audioTimer = patientTimer(clock, starvationMs, () => this.#watchAudio(connection, call));
  }

  #onDeadCall(connection: Connection): void {
    const reason = "Nothing was heard from the telephone network for 45 seconds.";
    this.#context.leave(connection, reason);
    connection.close(1001, reason);
  }

  /** Every client receives each digit; the model receives the whole number. */
  #onDigit(connection: Connection, call: CallState, digit: string): void {
    const customMetadata = { dtmf: digit, from: connection.id };
    this.#context.publish({ author: "user", customMetadata });
    call.digits += digit;
    call.digitTimer?.cancel();
    if (digit === "#" || call.digits.length >= maxDigits) return this.#sendDigits(connection, call);
    call.digitTimer = patientTimer(this.#context.clock, digitPauseMs, () =>
      this.#sendDigits(connection, call),
    );
  }

  #sendDigits(connection: Connection, call: CallState): void {
    const text = `[The caller pressed ${call.digits} on the phone.]`;
    call.digits = "";
    this.#requests.handle(connection, { type: "text", text });
  }
}

const newCall = (now: number): CallState => ({
  resampler: new Resampler(phoneSampleRate, micSampleRate),
  expectedMs: undefined,
  lastAudioAt: now,
  // No word precedes the first audio.
  padded: true,
  digits: "",
  digitTimer: undefined,
  audioTimer: undefined,
});

const silence = (ms: number): Uint8Array =>
  new Uint8Array(Math.round((ms * phoneSampleRate) / 1000)).fill(mulawSilence);

function toPcm16(samples: Float32Array): Uint8Array {
  const view = new DataView(new ArrayBuffer(samples.length * 2));
  samples.forEach((sample, at) =>
    view.setInt16(at * 2, Math.max(-32_768, Math.min(32_767, Math.round(sample * 32_768))), true),
  );
  return new Uint8Array(view.buffer);
}
