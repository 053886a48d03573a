/**
 * The way up of a client's frames. The order of its steps is stated here alone; no step calls back.
 *
 *     size → rate limit → decode → permission → floor control → silence gate or endpointing → upstream FSM → socket
 *
 * Microphone audio goes up at once: this file has the one stream of it that the model hears, its beginnings and its ends.
 * Other requests leave after decoding, and come back to the engine once they are permitted.
 */
import {
  Allowance,
  checkFrameSize,
  tooManyFrames,
  type RateDecision,
} from "../access/rate-limit.ts";
import type { AgentRuntime } from "../agent/runtime/agent-runtime.ts";
import type { AudioInput, ClientRequest, ModelInput } from "../core/client-request.ts";
import { isClientError, type ClientError } from "../core/errors.ts";
import { patientTimer } from "../core/lateness.ts";
import { isCompressedData } from "../core/media-file.ts";
import { Endpointer } from "../core/policy/endpointing.ts";
import { FloorControl } from "../core/policy/floor-control.ts";
import { PreRoll } from "../core/policy/pre-roll.ts";
import { Deduplication } from "../core/upstream/deduplication.ts";
import { encodeAudio } from "../core/upstream/encoding.ts";
import { lazy } from "../wire/lazy.ts";
import { micSampleRate } from "../wire/pcm.ts";
import { audioMs, preRollMs, rmsLoudness, SilenceGate } from "../wire/silence-gate.ts";
import type { AudioRecorder } from "./audio-recorder.ts";
import type { Connection } from "./connection.ts";
import type { ConversationContext } from "./context.ts";
import { floorTaken, tooManyMalformed, tooMuchAudio } from "./errors.ts";
import type { Presence } from "./presence.ts";
import type { UpstreamConnection } from "./upstream-connection.ts";

/**
 * Audio that stops for so long within speech does not go on, in ms: twice the retransmission of a lost packet, and below
 * the patience of its speaker.
 */
const microphoneTimeoutMs = 1_500;
/** Length of one frame of the silence that the relay itself sends. */
const silenceFrameMs = 100;
/**
 * The silence that the relay sends itself, in s: so much for each, and so much at once. A client that ends its stream after
 * each word makes the relay send a hundred times what it sends.
 */
const [silencePerS, silenceAtOnceS] = [1, 30];
/** For so long the frames of a connection are dropped when too many of its person's were malformed. */
const malformedPauseMs = 1_000;

export class Uplink {
  readonly #context: ConversationContext;
  readonly #presence: Presence;
  readonly #audioRecorder: AudioRecorder;
  readonly #upstream: UpstreamConnection;
  #agent: AgentRuntime;
  readonly #floor = new FloorControl();
  readonly #gate = new SilenceGate();
  /** Audio that the gate has held back. */
  readonly #preRoll = new PreRoll(preRollMs);
  /** Marks the user's activity; undefined if the service detects it, or the clients mark it. */
  #endpointer: Endpointer | undefined;
  /** Audio frames that were heard so far. */
  #audioFrames = 0;
  #watchesMicrophone = false;
  readonly #silence = new Allowance(silencePerS, (silenceAtOnceS / silencePerS) * 1_000);
  /** Samples per second of the stream that the model hears. */
  #inputRate = micSampleRate;
  /** Whether the agent's silence gate holds audio back. */
  #isGated = false;
  /** Whether tools of the agent may watch the user's input. */
  #isWatched = false;
  /** Speech ends what it knows of the input before; the engine applies it on the way down. */
  readonly deduplication = new Deduplication();
  /** The id of the client whose input the model answers; undefined if it is speech that no client holds the floor for. */
  lastSender: string | undefined;

  constructor(
    context: ConversationContext,
    presence: Presence,
    audioRecorder: AudioRecorder,
    upstream: UpstreamConnection,
    agent: AgentRuntime,
  ) {
    this.#context = context;
    this.#presence = presence;
    this.#audioRecorder = audioRecorder;
    this.#upstream = upstream;
    this.#agent = agent;
  }

  /** Audio reads facts of the agent as values, which change with the agent and its setup. */
  useAgent(agent: AgentRuntime): void {
    this.#agent = agent;
    this.#isGated = agent.silenceGateEnabled;
    // Nothing of now may come before the speech of a later agent.
    if (!this.#isGated) this.#preRoll.clear();
    this.#endpointer = agent.marksActivity
      ? (this.#endpointer ?? new Endpointer(agent.leastSpeechMs))
      : undefined;
    this.#isWatched = agent.hasWatchers;
  }

  /** @param isLast whether no other client is left. */
  onLeave(connection: Connection, isLast: boolean): void {
    const wasHeard = this.#releaseFloor(connection);
    // The last client may be a page that reloads, and its user waits for an answer.
    if (wasHeard && (!isLast || this.isSpeaking)) this.#endStream();
  }

  onMuteChanged(connection: Connection): void {
    // The audio stream is over: the model may answer.
    if (connection.attachment.muted && this.#releaseFloor(connection)) this.#endStream();
    this.#announceSpeaker();
  }

  /** Another agent has taken over. Its new session gets no activity of the old one. */
  onTransfer(): void {
    if (this.#endpointer) this.#resetGate();
  }

  /** There is no session any more. */
  onIdle(): void {
    this.#endpointer?.reset();
  }

  /**
   * One frame of a client. Microphone audio goes up at once. A frame that is too big costs no tokens: the frames after it
   * are not too many.
   * @param hasWaited for a lookup, which has bounds of its own in place of the rate limit.
   * @returns the other requests in the frame.
   */
  receive(
    connection: Connection,
    frame: string | ArrayBuffer,
    hasWaited = false,
  ): readonly ClientRequest[] {
    const now = Date.now();
    const { lateness } = this.#context;
    lateness.isUsed = true;
    if (lateness.dueAt === Infinity) lateness.start();
    if (now < connection.droppedUntil) return [];
    const tooBig = checkFrameSize(frame);
    const decision = tooBig || hasWaited ? "pass" : this.#limitRate(connection, frame, now);
    if (decision === "warn") this.#context.refuse(connection, tooManyFrames());
    if (decision !== "pass") return [];
    if (connection.sentFile?.compressed && continuesFile(frame)) return [];
    const decoded = tooBig ?? connection.protocol.decode(frame);
    if ("pcm" in decoded) this.receiveAudio(connection, decoded, now);
    else if (tooBig) this.#refuseFrame(connection, tooBig);
    else if (isClientError(decoded)) this.#refuseMalformed(connection, decoded, now);
    else return [decoded].flat();
    return [];
  }

  #limitRate({ rateLimit }: Connection, frame: string | ArrayBuffer, now: number): RateDecision {
    return rateLimit.take(frame, now, this.#lateMs, this.#backlogMs);
  }

  /** The time whose frames may still wait for the object, in ms. */
  get #backlogMs(): number {
    const { lateMs, backlogMs } = this.#context.lateness;
    return backlogMs + this.#lateMs - lateMs;
  }

  /** The object's lateness until now, in ms. Without a call into another file, since every audio frame reads it. */
  get #lateMs(): number {
    const { clock, dueAt, lateMs } = this.#context.lateness;
    return lateMs + Math.max(0, clock.now() - dueAt);
  }

  /** A person with many connections must not have as many frames parsed as all of them may send. */
  #refuseMalformed(connection: Connection, error: ClientError, now: number): void {
    const allowance = this.#context.allowances.of("malformedFrames", connection.person, now);
    if (allowance.take(1, now, this.#backlogMs) === 0) return this.#refuseFrame(connection, error);
    connection.droppedUntil = now + malformedPauseMs;
    this.#context.refuse(connection, tooManyMalformed());
  }

  /** Every frame of a file would have the same error: the client gets it once. */
  #refuseFrame(connection: Connection, error: ClientError): void {
    const { file } = error;
    if (file && file === connection.sentFile) return;
    if (file) connection.sentFile = file;
    this.#context.refuse(connection, error);
  }

  /** Microphone audio of a client, if it may speak. @param now in ms since the epoch. */
  receiveAudio(connection: Connection, input: AudioInput, now: number): void {
    const error = now < connection.expiresAt ? connection.audioError : connection.expiryError;
    if (!error) return this.forwardAudio(connection, input, now);
    // Its role or its token ended in the middle of its speech.
    if (this.#releaseFloor(connection)) this.#endStream();
    this.#remind(connection, error, now);
  }

  /** Microphone audio of a client that may speak. @param now in ms since the epoch. */
  forwardAudio(connection: Connection, input: AudioInput, now: number): void {
    // No sample: the model must not get a message for it.
    if (input.pcm.byteLength === 0) return;
    const loudness = rmsLoudness(input.pcm);
    const verdict = this.#floor.hear(connection.id, loudness, now - this.#lateMs);
    this.#announceSpeaker(now);
    if (verdict === "tell") this.#context.refuse(connection, floorTaken());
    if (verdict !== "pass") return;
    const ms = audioMs(input.pcm, input.rate);
    const clockMs = this.#context.platform.clock.now();
    const allowance =
      connection.audioAllowance ?? this.#context.allowances.audioOf(connection, clockMs);
    const waitMs = allowance.take(ms, clockMs, this.#backlogMs);
    if (waitMs > 0) return this.#remind(connection, tooMuchAudio(waitMs), now);
    if (this.#context.connections.recordsAudio) this.#audioRecorder.onInput(input.pcm, input.rate);
    if (this.#isWatched) this.#agent.offerToWatchers(input);
    this.#inputRate = input.rate;
    this.#audioFrames++;
    this.#hear(input, loudness, ms);
    connection.asks ||= this.isSpeaking;
  }

  /** Microphone audio of the floor's holder: the gate or the endpointer decides whether the model hears it. */
  #hear(input: AudioInput, loudness: number, ms: number): void {
    const wasSpeaking = this.#gate.isSpeaking;
    const verdict = this.#gate.hear(loudness, ms, this.#upstream.hasConfirmedAudio);
    if (this.#endpointer) return this.#hearMarked(this.#endpointer, input, ms);
    const { isSpeaking } = this.#gate;
    if (isSpeaking !== wasSpeaking) {
      if (isSpeaking) this.onSpeech();
      this.#upstream.apply({ type: "speech", on: isSpeaking });
    }
    if (this.#isGated && verdict === "open")
      for (const each of this.#preRoll.take()) this.#upstream.sendAudio(each);
    if (!this.#isGated || verdict === "open" || verdict === "pass")
      return this.#upstream.sendAudio(input);
    this.#preRoll.push(input);
    if (verdict === "end") this.#send({ type: "audioStreamEnd" });
  }

  /** Relay endpointing: the marks of an activity, and the audio within it. */
  #hearMarked(endpointer: Endpointer, input: AudioInput, ms: number): void {
    const verdict = endpointer.hear(input, ms, this.#gate.isLoud);
    if (verdict === "start") this.#startActivity(endpointer);
    else if (verdict !== "hold") this.#upstream.sendAudio(input);
    if (verdict === "end") this.#endActivity();
  }

  /** The pre-roll holds the audio so far. */
  #startActivity(endpointer: Endpointer): void {
    const preRoll = endpointer.preRoll.take();
    endpointer.attribute(this.#floor.holder);
    this.onSpeech();
    this.#upstream.apply({ type: "speech", on: true });
    this.#send({ type: "activityStart" });
    // No session is coming: a later one must get the beginning of an activity, too.
    if (this.#upstream.isIdle) this.#resetGate();
    else this.#context.advanceTurn({ type: "clientInput", request: { type: "activityStart" } });
    for (const each of preRoll) this.#upstream.sendAudio(each);
  }

  /** The speech ends first: the transcript may come at once, and is then that of all audio sent. */
  #endActivity(): void {
    this.#upstream.apply({ type: "speech", on: false });
    this.#send({ type: "activityEnd" });
  }

  /** New speech, by the relay's own measure or a client's mark. */
  onSpeech(): void {
    this.lastSender = this.#floor.holder;
    this.#watchMicrophone();
    this.deduplication.onSpeech(this.#upstream.isOpen);
  }

  /** From the beginning of speech to its end: one timer, which compares the number of frames. */
  #watchMicrophone(): void {
    if (this.#watchesMicrophone) return;
    this.#watchesMicrophone = true;
    const frames = this.#audioFrames;
    patientTimer(this.#context.clock, microphoneTimeoutMs, () => this.#checkMicrophone(frames));
  }

  /** A microphone may stop with no message, in mid-word: without silence the model would wait for the rest of it. */
  #checkMicrophone(frames: number): void {
    this.#watchesMicrophone = false;
    const isMarked = this.#agent.streamEndInput().type === "activityEnd";
    const isOpen = isMarked
      ? this.isSpeaking
      : this.#gate.missingSilenceMs(this.#upstream.hasConfirmedAudio) > 0;
    if (!isOpen) return;
    // Audio may wait for an object that is late.
    if (frames !== this.#audioFrames || this.#backlogMs > 0) this.#watchMicrophone();
    else this.#endStream();
  }

  /**
   * Takes a mark of a client, or the end of its stream. Other input passes.
   * @returns whether relay endpointing has dealt with it: then the model must not get it.
   */
  takeMark(input: ModelInput): boolean {
    if (this.#endpointer && isStreamMark(input)) {
      this.#onMark(this.#endpointer, input);
      return true;
    }
    if (input.type === "audioStreamEnd") this.#finishSpeech();
    // The audio may stop with it: the answer is due from now on.
    if (input.type === "activityEnd") this.#resetGate();
    return false;
  }

  /** A client's mark wins over the relay's own: push to talk, or the end of its stream. */
  #onMark(endpointer: Endpointer, { type }: ModelInput): void {
    if (type !== "activityStart") this.#endStream();
    else if (endpointer.hold()) this.#startActivity(endpointer);
  }

  #send(input: ModelInput): void {
    this.#upstream.apply({ type: "send", message: this.#agent.encodeInput(input) });
  }

  /** The stream ends, perhaps right with the last word: the model detects the end of speech by the silence after it. */
  #finishSpeech(): void {
    if (!this.#upstream.isIdle)
      this.#sendSilence(this.#gate.missingSilenceMs(this.#upstream.hasConfirmedAudio));
    this.#resetGate();
  }

  /** Above the limit none: the mark of the end, which follows, must do. */
  #sendSilence(ms: number): void {
    if (ms === 0 || this.#silence.take(ms, this.#context.platform.clock.now()) > 0) return;
    const rate = this.#inputRate;
    const silence = rate === micSampleRate ? usualSilence() : silenceFrame(rate);
    for (let left = ms; left > 0; left -= silenceFrameMs) this.#upstream.sendAudio(silence);
  }

  #resetGate(): void {
    const wasSpeaking = this.isSpeaking;
    this.#gate.close();
    this.#preRoll.clear();
    this.#endpointer?.reset();
    if (wasSpeaking) this.#upstream.apply({ type: "speech", on: false });
  }

  /** One stream reaches the model: only the floor's holder may mark it or end it. */
  mayControlStream({ id }: Connection, { type }: ModelInput): boolean {
    if (!isStreamMark({ type })) {
      this.#announceSpeaker();
      return true;
    }
    if (type === "audioStreamEnd") this.#floor.yield(id);
    this.#announceSpeaker();
    return this.#floor.mayControlStream(id);
  }

  /** @returns whether the client held the floor. */
  #releaseFloor({ id }: Connection): boolean {
    const held = this.#floor.release(id);
    this.#announceSpeaker();
    return held;
  }

  /** The client that the model hears, while it speaks. @param now in ms since the epoch. */
  speaker(now: number): string | undefined {
    return this.#floor.speaker(now - this.#lateMs);
  }

  #announceSpeaker(now = Date.now()): void {
    const speaker = this.speaker(now);
    if (speaker !== this.#presence.speaker) this.#presence.setSpeaker(speaker);
  }

  /** The client may not speak: it gets an error now and then, not at every frame. */
  #remind(connection: Connection, error: ClientError, now: number): void {
    if (connection.takeReminder("audio", now)) this.#context.refuse(connection, error);
  }

  /** Whether the user speaks, by the relay's own measure. */
  get isSpeaking(): boolean {
    return this.#endpointer ? this.#endpointer.isOpen : this.#gate.isSpeaking;
  }

  #endStream(): void {
    const agent = this.#agent;
    const end = agent.streamEndInput();
    const isOpen = this.#endpointer?.isOpen ?? true;
    if (end.type === "audioStreamEnd") this.#finishSpeech();
    else this.#resetGate();
    this.#context.unfinishedTurn.onInput({ type: "activityEnd" });
    if (isOpen) this.#upstream.sendIfConnected(agent.encodeInput(end));
  }
}

/** Encoded once: an end within speech takes up to thirty of them. */
function silenceFrame(rate: number): AudioInput {
  const pcm = new Uint8Array(Math.round((rate * silenceFrameMs) / 1_000) * 2);
  const message = JSON.stringify(encodeAudio({ pcm, rate }).payload);
  return { type: "audio", pcm, rate, message };
}

/** Shared by all conversations. */
const usualSilence = lazy(() => silenceFrame(micSampleRate));

const isStreamMark = ({ type }: Pick<ModelInput, "type">): boolean =>
  type === "audioStreamEnd" || type === "activityStart" || type === "activityEnd";

/** Whether a frame of a client that sent a compressed file as microphone audio is more of it. */
const continuesFile = (frame: string | ArrayBuffer): boolean =>
  typeof frame !== "string" && isCompressedData(new Uint8Array(frame));
