/** Processes the client messages of an open connection. */
import type { Content, Part } from "@google/genai";
import { type Close, closes, invalidPayload } from "../protocol/close-codes.ts";
import { updateConfig } from "../session/session-config.ts";
import { TurnTaking } from "../turn/turn-taking.ts";
import type { ConnectionContext } from "./connection-context.ts";
import { toActivityMessages, toTranscriptMessages } from "../speech/user-speech-messages.ts";
import { contentTokens, emptyHistory, textEntry } from "../session/history.ts";
import { SpeechInput } from "../speech/speech-input.ts";
import type {
  Blob,
  ClientContent,
  ClientMessage,
  ContextUpdate,
  RealtimeInput,
  ServerMessage,
} from "../protocol/messages.ts";
import { INPUT_RATE, readPcm } from "../speech/pcm.ts";
import { Resampler } from "../speech/resampler.ts";
import type { Session } from "../session/session.ts";
import { handleToolResponse } from "../turn/tool-response.ts";
import { audioTokens } from "../protocol/token-usage.ts";

/** Contents with calls or their responses are refused: a response has a message of its own. */
const isCallPart = ({ functionCall, functionResponse }: Part): boolean =>
  functionCall !== undefined || functionResponse !== undefined;

/** A close when the message is invalid, else undefined. */
type Outcome = Close | undefined;

/** Without audio for this long an open activity counts as stalled, ms. */
const STALL_MS = 1000;

export class MessageHandler {
  readonly session: Session;
  readonly #connection: ConnectionContext;
  readonly #turnTaking: TurnTaking;
  readonly #speechInput: SpeechInput;
  #resampler: Resampler | undefined;
  /** When the last audio arrived, ms since the epoch. */
  #lastAudioAt = Number.NEGATIVE_INFINITY;

  constructor(connection: ConnectionContext, session: Session) {
    this.session = session;
    this.#connection = connection;
    this.#turnTaking = new TurnTaking(connection, session, () => this.#isUserSpeaking());
    this.#speechInput = new SpeechInput(
      connection.ports.recognizer.openStream(),
      session.config.activity,
      session.audioClockMs,
      {
        activityStarted: (offset) => this.#activityStarted(offset),
        interimMs: session.config.transcribeInput ? connection.interimMs : undefined,
        interimTranscript: (text) =>
          this.#send([{ serverContent: { interimInputTranscription: { text } } }]),
        speculativeTranscript: (transcript) => this.#turnTaking.speculate(transcript),
        speechResumed: () => this.#turnTaking.cancelSpeculation(),
        activityEnded: (offset, transcript, spokenMs) =>
          this.#activityEnded(offset, transcript, spokenMs),
        audioPassed: (ms) => this.#audioPassed(ms),
        failed: (error) => connection.reportError(error),
      },
    );
  }

  /** Audio windows queued for the recognizer. */
  get waiting(): number {
    return this.#speechInput.waiting;
  }

  /** Audio windows dropped because the queue was full. */
  get dropped(): number {
    return this.#speechInput.dropped;
  }

  /** Whether all received audio is processed and no utterance is open. */
  get settled(): boolean {
    return this.#speechInput.settled;
  }

  /** Whether a model turn is active and not waiting for a tool response. */
  get modelSpeaking(): boolean {
    return this.#turnTaking.modelSpeaking;
  }

  receive(message: ClientMessage): Outcome {
    if ("setup" in message) return closes.invalidArgument;
    if ("clientContent" in message) return this.#receiveContent(message.clientContent);
    if ("realtimeInput" in message) return this.#receiveRealtime(message.realtimeInput);
    if ("toolResponse" in message)
      return handleToolResponse(message.toolResponse, {
        session: this.session,
        connection: this.#connection,
        turnTaking: this.#turnTaking,
      });
    return this.#updateContext(message.contextUpdate);
  }

  /** Releases the recognizer and abandons the turn. An unfinished utterance is lost. */
  close(): void {
    this.session.audioClockMs = this.#speechInput.clockMs;
    this.#speechInput.close();
    this.#turnTaking.close();
  }

  #receiveRealtime(input: RealtimeInput): Outcome {
    if (input.mediaChunks !== undefined) {
      if (this.session.config.profile.mediaChunks === "refused") return closes.mediaChunks;
      const refusal = this.#receiveMedia(input.mediaChunks[0]);
      if (refusal !== undefined) return refusal;
    }
    return (
      (input.activityStart && this.#markActivity("start")) ??
      (input.audio && this.#receiveAudio(input.audio)) ??
      (input.video && this.#receiveVideo(input.video)) ??
      (input.text === undefined ? undefined : this.#receiveText(input.text)) ??
      (input.activityEnd && this.#markActivity("end")) ??
      (input.audioStreamEnd === true ? this.#endAudioStream() : undefined)
    );
  }

  /** The deprecated `mediaChunks` field: one blob of audio or video. */
  #receiveMedia(blob: Blob | undefined): Outcome {
    if (blob === undefined) return undefined;
    return blob.mimeType?.startsWith("image/")
      ? this.#receiveVideo(blob)
      : this.#receiveAudio(blob);
  }

  #receiveAudio(blob: Blob): Outcome {
    const pcm = readPcm(blob);
    if (pcm === undefined) return closes.invalidArgument;
    if (pcm.samples.length === 0) return undefined;
    this.#settleSeed(this.session.config.profile.history.survivesAudio);
    this.#lastAudioAt = this.#connection.ports.clock.now();
    if (pcm.rate === INPUT_RATE) this.#resampler = undefined;
    else if (this.#resampler?.from !== pcm.rate)
      this.#resampler = new Resampler(pcm.rate, INPUT_RATE);
    this.#speechInput.pushAudio(this.#resampler?.push(pcm.samples) ?? pcm.samples);
    return undefined;
  }

  /** Keeps the newest frame for the brain; at most one frame a second counts as tokens. */
  #receiveVideo(blob: Blob): Outcome {
    const { mimeType = "", data = new Uint8Array() } = blob;
    if (!mimeType.startsWith("image/")) return closes.invalidArgument;
    if (data.length === 0) return undefined;
    const { session } = this;
    session.videoFrame = { mimeType, data };
    if (session.videoAtMs === undefined) this.#connection.videoReceived();
    const now = this.#connection.ports.clock.now();
    const counted =
      session.config.turnCoverage !== "TURN_INCLUDES_ONLY_ACTIVITY" || this.#speechInput.active;
    if (now - session.videoFrameAt < 1000 || !counted) return undefined;
    session.videoFrameAt = now;
    session.carryTokens({ VIDEO: session.config.frameTokens });
    return undefined;
  }

  #receiveText(text: string): Outcome {
    if (text === "") return undefined;
    this.#settleSeed(true);
    if (this.#connection.activeFaults().echo)
      this.#send([{ serverContent: { inputTranscription: { text } } }]);
    const { content, tokens } = textEntry(text);
    if (this.session.config.interrupts) this.#turnTaking.interruptAfterDelay();
    this.#turnTaking.addUserContent(content, tokens);
    this.#turnTaking.requestReply("text");
    return undefined;
  }

  #markActivity(mark: "start" | "end"): Outcome {
    if (this.session.config.activity !== undefined) return closes.invalidArgument;
    this.#speechInput.markActivity(mark);
    return undefined;
  }

  #endAudioStream(): Outcome {
    const { activity, profile } = this.session.config;
    if (activity === undefined) return closes.invalidArgument;
    if (profile.audioStreamEnd === "flushes") this.#speechInput.flush();
    this.#resampler = undefined;
    return undefined;
  }

  #receiveContent({ turns = [], turnComplete = false }: ClientContent): Outcome {
    if (turns.some(({ role = "user" }) => role !== "user" && role !== "model")) {
      return invalidPayload("Please use a valid role: user, model.");
    }
    if (turns.some(({ parts = [] }) => parts.some(isCallPart))) return closes.invalidArgument;
    const isSeed = this.session.seed === "awaited";
    if (!isSeed) this.#turnTaking.interrupt();
    for (const { role = "user", parts = [] } of turns) {
      const content: Content = { role, parts };
      this.#turnTaking.addUserContent(content, contentTokens(content));
    }
    if (!turnComplete) return undefined;
    if (isSeed) return this.#completeSeed();
    this.#settleSeed(true);
    this.#turnTaking.requestReply("text");
    return undefined;
  }

  #completeSeed(): Outcome {
    this.session.seed = "fresh";
    const last = this.session.history.entries.at(-1)?.content.role;
    const allowed = this.session.config.profile.history.mayEndWithModel || last !== "model";
    return allowed ? undefined : closes.invalidArgument;
  }

  /** Ends the seed phase at the first input. @param keepsHistory whether the seeded history survives this input. */
  #settleSeed(keepsHistory: boolean): void {
    const { session } = this;
    if (session.seed !== "fresh") return;
    session.seed = "settled";
    if (!keepsHistory) session.history = emptyHistory;
  }

  /** Takes effect with the next reply. */
  #updateContext(update: ContextUpdate): Outcome {
    const updated = updateConfig(this.session.config, update);
    if ("refusal" in updated) return updated.refusal;
    this.session.config = updated.config;
    return undefined;
  }

  /** A stalled activity does not count: a microphone that is cut off in mid-word must not block replies. */
  #isUserSpeaking(): boolean {
    return (
      this.#speechInput.active && this.#connection.ports.clock.now() - this.#lastAudioAt < STALL_MS
    );
  }

  #audioPassed(ms: number): void {
    if (this.session.config.turnCoverage === "TURN_INCLUDES_ALL_INPUT")
      this.session.carryTokens(audioTokens(ms));
  }

  #activityStarted(offsetMs: number): void {
    this.#send(toActivityMessages("START", offsetMs, this.session.config));
    if (this.session.config.interrupts) this.#turnTaking.interrupt();
  }

  #activityEnded(offsetMs: number, transcript: string, spokenMs: number): void {
    this.#send(toTranscriptMessages(transcript, this.session.config));
    this.#send(toActivityMessages("END", offsetMs, this.session.config));
    if (transcript === "") {
      this.session.carryTokens(audioTokens(spokenMs));
      return this.#turnTaking.startDueReply();
    }
    this.#turnTaking.addUserContent(
      { role: "user", parts: [{ text: transcript }] },
      audioTokens(spokenMs),
    );
    this.#turnTaking.requestReply("speech");
  }

  #send(messages: readonly ServerMessage[]): void {
    for (const message of messages) this.#connection.send(message);
  }
}
