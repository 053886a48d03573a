/** An open connection to a session: each message of the client, and what it does. */
import type { Content } from "@google/genai";
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

/** Undefined: all is well. A close: the message was wrong. */
type Outcome = Close | undefined;

/** Without audio for so long, an open activity has stalled, ms. */
const STALLED_MS = 1000;

export class MessageHandler {
  readonly session: Session;
  readonly #floor: ConnectionContext;
  readonly #dialogue: TurnTaking;
  readonly #listener: SpeechInput;
  #resampler: Resampler | undefined;
  /** When audio last came, ms since the epoch. */
  #audioAt = Number.NEGATIVE_INFINITY;

  constructor(floor: ConnectionContext, session: Session) {
    this.session = session;
    this.#floor = floor;
    this.#dialogue = new TurnTaking(floor, session, () => this.#userSpeaks());
    this.#listener = new SpeechInput(
      floor.ports.recognizer.openStream(),
      session.config.activity,
      session.audioClockMs,
      {
        activityStarted: (offset) => this.#activityStarted(offset),
        interimMs: session.config.transcribeInput ? floor.interimMs : undefined,
        interimTranscript: (text) =>
          this.#tell([{ serverContent: { interimInputTranscription: { text } } }]),
        speculativeTranscript: (words) => this.#dialogue.speculate(words),
        speechResumed: () => this.#dialogue.cancelSpeculation(),
        activityEnded: (offset, words, spokenMs) => this.#activityEnded(offset, words, spokenMs),
        audioPassed: (ms) => this.#passed(ms),
        failed: (error) => floor.reportError(error),
      },
    );
  }

  /** Windows of audio that wait for the ears. */
  get waiting(): number {
    return this.#listener.waiting;
  }

  /** Windows that were dropped, since too many waited. */
  get dropped(): number {
    return this.#listener.dropped;
  }

  /** Whether all that was heard is understood: no utterance is unfinished. */
  get settled(): boolean {
    return this.#listener.settled;
  }

  /** Whether the model has the floor. */
  get modelSpeaking(): boolean {
    return this.#dialogue.modelSpeaking;
  }

  receive(message: ClientMessage): Outcome {
    if ("setup" in message) return closes.invalidArgument;
    if ("clientContent" in message) return this.#clientContent(message.clientContent);
    if ("realtimeInput" in message) return this.#realtimeInput(message.realtimeInput);
    if ("toolResponse" in message)
      return handleToolResponse(message.toolResponse, {
        session: this.session,
        floor: this.#floor,
        dialogue: this.#dialogue,
      });
    return this.#contextUpdate(message.contextUpdate);
  }

  /** The connection is gone. An utterance that was not finished goes with it. */
  close(): void {
    this.session.audioClockMs = this.#listener.clockMs;
    this.#listener.close();
    this.#dialogue.close();
  }

  #realtimeInput(input: RealtimeInput): Outcome {
    if (input.mediaChunks !== undefined) {
      if (this.session.config.profile.mediaChunks === "refused") return closes.mediaChunks;
      const refusal = this.#media(input.mediaChunks[0]);
      if (refusal !== undefined) return refusal;
    }
    return (
      (input.activityStart && this.#mark("start")) ??
      (input.audio && this.#audio(input.audio)) ??
      (input.video && this.#video(input.video)) ??
      (input.text === undefined ? undefined : this.#text(input.text)) ??
      (input.activityEnd && this.#mark("end")) ??
      (input.audioStreamEnd === true ? this.#streamEnd() : undefined)
    );
  }

  /** The deprecated way: one blob, of either kind. */
  #media(blob: Blob | undefined): Outcome {
    if (blob === undefined) return undefined;
    return blob.mimeType?.startsWith("image/") ? this.#video(blob) : this.#audio(blob);
  }

  #audio(blob: Blob): Outcome {
    const pcm = readPcm(blob);
    if (pcm === undefined) return closes.invalidArgument;
    if (pcm.samples.length === 0) return undefined;
    this.#outgrow(this.session.config.profile.history.outlivesAudio);
    this.#audioAt = this.#floor.ports.clock.now();
    if (pcm.rate === INPUT_RATE) this.#resampler = undefined;
    else if (this.#resampler?.from !== pcm.rate)
      this.#resampler = new Resampler(pcm.rate, INPUT_RATE);
    this.#listener.pushAudio(this.#resampler?.push(pcm.samples) ?? pcm.samples);
    return undefined;
  }

  /** The newest frame is kept to be looked at; one a second is paid for. */
  #video(blob: Blob): Outcome {
    const { mimeType = "", data = new Uint8Array() } = blob;
    if (!mimeType.startsWith("image/")) return closes.invalidArgument;
    if (data.length === 0) return undefined;
    const { session } = this;
    session.videoFrame = { mimeType, data };
    if (session.videoAtMs === undefined) this.#floor.videoReceived();
    const now = this.#floor.ports.clock.now();
    const paid =
      session.config.turnCoverage !== "TURN_INCLUDES_ONLY_ACTIVITY" || this.#listener.active;
    if (now - session.videoFrameAt < 1000 || !paid) return undefined;
    session.videoFrameAt = now;
    session.carryTokens({ VIDEO: session.config.frameTokens });
    return undefined;
  }

  #text(text: string): Outcome {
    if (text === "") return undefined;
    this.#outgrow(true);
    if (this.#floor.activeFaults().echo)
      this.#tell([{ serverContent: { inputTranscription: { text } } }]);
    const { content, tokens } = textEntry(text);
    if (this.session.config.interrupts) this.#dialogue.interruptAfterDelay();
    this.#dialogue.addUserContent(content, tokens);
    this.#dialogue.requestReply("text");
    return undefined;
  }

  #mark(mark: "start" | "end"): Outcome {
    if (this.session.config.activity !== undefined) return closes.invalidArgument;
    this.#listener.markActivity(mark);
    return undefined;
  }

  #streamEnd(): Outcome {
    const { activity, profile } = this.session.config;
    if (activity === undefined) return closes.invalidArgument;
    if (profile.audioStreamEnd === "flushes") this.#listener.flush();
    this.#resampler = undefined;
    return undefined;
  }

  #clientContent({ turns = [], turnComplete = false }: ClientContent): Outcome {
    if (turns.some(({ role = "user" }) => role !== "user" && role !== "model")) {
      return invalidPayload("Please use a valid role: user, model.");
    }
    const seeding = this.session.seed === "awaited";
    if (!seeding) this.#dialogue.interrupt();
    for (const { role = "user", parts = [] } of turns) {
      const content: Content = { role, parts };
      this.#dialogue.addUserContent(content, contentTokens(content));
    }
    if (!turnComplete) return undefined;
    if (seeding) return this.#seeded();
    this.#outgrow(true);
    this.#dialogue.requestReply("text");
    return undefined;
  }

  #seeded(): Outcome {
    this.session.seed = "fresh";
    const last = this.session.history.entries.at(-1)?.content.role;
    const fine = this.session.config.profile.history.mayEndWithModel || last !== "model";
    return fine ? undefined : closes.invalidArgument;
  }

  /** Something is said. @param survives whether a history that was given outlives it. */
  #outgrow(survives: boolean): void {
    const { session } = this;
    if (session.seed !== "fresh") return;
    session.seed = "settled";
    if (!survives) session.history = emptyHistory;
  }

  /** From the next reply on. */
  #contextUpdate(update: ContextUpdate): Outcome {
    const updated = updateConfig(this.session.config, update);
    if ("refusal" in updated) return updated.refusal;
    this.session.config = updated.config;
    return undefined;
  }

  /** An activity is open, and audio still comes: a microphone that was cut off in mid-word does not hold the floor. */
  #userSpeaks(): boolean {
    return this.#listener.active && this.#floor.ports.clock.now() - this.#audioAt < STALLED_MS;
  }

  #passed(ms: number): void {
    if (this.session.config.turnCoverage === "TURN_INCLUDES_ALL_INPUT")
      this.session.carryTokens(audioTokens(ms));
  }

  #activityStarted(offsetMs: number): void {
    this.#tell(toActivityMessages("START", offsetMs, this.session.config));
    if (this.session.config.interrupts) this.#dialogue.interrupt();
  }

  #activityEnded(offsetMs: number, words: string, spokenMs: number): void {
    this.#tell(toTranscriptMessages(words, this.session.config));
    this.#tell(toActivityMessages("END", offsetMs, this.session.config));
    if (words === "") {
      this.session.carryTokens(audioTokens(spokenMs));
      return this.#dialogue.startDueReply();
    }
    this.#dialogue.addUserContent(
      { role: "user", parts: [{ text: words }] },
      audioTokens(spokenMs),
    );
    this.#dialogue.requestReply("speech");
  }

  #tell(messages: readonly ServerMessage[]): void {
    for (const message of messages) this.#floor.send(message);
  }
}
