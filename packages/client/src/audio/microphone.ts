/** Opens the microphone with echo cancellation and delivers frames of PCM16 at 16 kHz. */
import { keepAudioContextRunning, startAudioContext } from "./audio-context.ts";
import { claimAudioSession } from "./audio-session.ts";
import { durationMs, micSampleRate } from "../../../../src/wire/pcm.ts";
import { measureLevel } from "./loudness.ts";
import { addWorklet } from "./worklets.ts";
import type { MicrophoneFrame } from "./microphone-worklet.ts";

/** The browser's own processing. All three are on unless the user switches one off. */
export interface AudioProcessing {
  /** Without it a phone on its loudspeaker interrupts the agent with the agent's own voice. */
  readonly echoCancellation: boolean;
  readonly noiseSuppression: boolean;
  readonly autoGainControl: boolean;
}

export interface MicrophoneSettings extends AudioProcessing {
  /** Undefined: the system's default. */
  readonly deviceId?: string | undefined;
}

export const defaultProcessing: AudioProcessing = {
  echoCancellation: true,
  noiseSuppression: true,
  autoGainControl: true,
};

/** An open microphone. `close` releases the device and the audio graph; reopening builds both anew. */
export interface Microphone {
  muted: boolean;
  /** The name of the device. */
  readonly label: string;
  /** 0 to 1, for display. */
  level(): number;
  /**
   * Goes on with another device, or other processing, without a gap longer than one frame. Throws as `openMicrophone`;
   * then nothing has changed.
   */
  use(settings: MicrophoneSettings): Promise<void>;
  close(): Promise<void>;
}

interface MicrophoneEvents {
  /**
   * 40 ms, little-endian, and how long ago its first sample was captured, in ms. The buffer returns to the worklet when
   * the callback returns: copy what must stay.
   */
  readonly frame: (pcm: ArrayBuffer, ageMs: number) => void;
  /** The device was unplugged, or the system revoked it. */
  readonly lost: () => void;
  /** The system has taken the microphone, as iOS does during a phone call, or has given it back. */
  readonly withheld: (withheld: boolean) => void;
}

interface OpenMicrophoneEvents extends MicrophoneEvents {
  readonly closed: () => void;
}

/**
 * Opens the microphone. Must be called from a user gesture.
 * @throws a DOMException with the names of getUserMedia, or "InactiveError" when the AudioContext does not start.
 */
export async function openMicrophone(
  settings: MicrophoneSettings,
  events: MicrophoneEvents,
): Promise<Microphone> {
  // The context keeps the rate of the hardware and the worklet resamples: Firefox connects no microphone to a context of
  // another rate, and WebKit's rate changes with the headset.
  const context = new AudioContext({ latencyHint: "interactive" });
  const started = startAudioContext(context);
  const release = claimAudioSession("play-and-record");
  try {
    const stream = await requestStream(settings);
    return await attach(context, stream, started, { ...events, closed: release });
  } catch (error) {
    release();
    await context.close();
    throw error;
  }
}

async function requestStream(settings: MicrophoneSettings): Promise<MediaStream> {
  const devices = (navigator as Partial<Navigator>).mediaDevices;
  if (!devices) throw new DOMException("not a secure context", "SecurityError");
  const { deviceId, ...processing } = settings;
  const audio = { channelCount: 1, ...processing };
  if (deviceId === undefined) return devices.getUserMedia({ audio });
  try {
    return await devices.getUserMedia({ audio: { ...audio, deviceId: { exact: deviceId } } });
  } catch (error) {
    // The device that was chosen on an earlier visit is not here today.
    if (!isMissing(error)) throw error;
    return devices.getUserMedia({ audio });
  }
}

const isMissing = (error: unknown): boolean =>
  error instanceof DOMException && ["OverconstrainedError", "NotFoundError"].includes(error.name);

async function attach(
  context: AudioContext,
  stream: MediaStream,
  started: Promise<boolean>,
  events: OpenMicrophoneEvents,
): Promise<Microphone> {
  try {
    await addWorklet(context, "microphone");
    // The permission dialog may have blocked the first start: a second attempt often succeeds.
    if (!(await started) && !(await startAudioContext(context)))
      throw new DOMException("the audio clock does not move", "InactiveError");
    return new OpenMicrophone(context, stream, events);
  } catch (error) {
    stopTracks(stream);
    throw error;
  }
}

class OpenMicrophone implements Microphone {
  readonly #context: AudioContext;
  readonly #events: OpenMicrophoneEvents;
  readonly #worklet: AudioWorkletNode;
  readonly #analyser: AnalyserNode;
  readonly #samples: Float32Array<ArrayBuffer>;
  readonly #stopKeepingRunning: () => void;
  #stream: MediaStream;
  #source: MediaStreamAudioSourceNode;
  #muted = false;
  #closed = false;
  /** Increases with each `use`: the latest wins, in whatever order the browser answers. */
  #uses = 0;

  constructor(context: AudioContext, stream: MediaStream, events: OpenMicrophoneEvents) {
    this.#context = context;
    this.#events = events;
    this.#worklet = new AudioWorkletNode(context, "parley-mic", {
      channelCount: 1,
      outputChannelCount: [1],
      channelCountMode: "explicit",
    });
    this.#analyser = new AnalyserNode(context, { fftSize: 1024 });
    this.#samples = new Float32Array(this.#analyser.fftSize);
    // The worklet outputs silence. Some browsers do not run a node that is not connected to the destination.
    this.#analyser.connect(this.#worklet).connect(context.destination);
    this.#worklet.port.addEventListener("message", ({ data }: MessageEvent<MicrophoneFrame>) =>
      this.#received(data),
    );
    this.#worklet.port.start();
    this.#stream = stream;
    this.#source = this.#listenTo(stream);
    this.#stopKeepingRunning = keepAudioContextRunning(context);
  }

  get muted(): boolean {
    return this.#muted;
  }

  /** The device stays open, so that unmuting is immediate and needs no permission. */
  set muted(muted: boolean) {
    this.#muted = muted;
    for (const track of this.#stream.getAudioTracks()) track.enabled = !muted;
  }

  get label(): string {
    return this.#stream.getAudioTracks()[0]?.label ?? "";
  }

  level(): number {
    if (this.#muted) return 0;
    this.#analyser.getFloatTimeDomainData(this.#samples);
    return measureLevel(this.#samples);
  }

  async use(settings: MicrophoneSettings): Promise<void> {
    const use = ++this.#uses;
    const stream = await requestStream(settings);
    if (this.#closed || use !== this.#uses) return stopTracks(stream);
    const [oldStream, oldSource] = [this.#stream, this.#source];
    this.#stream = stream;
    this.#source = this.#listenTo(stream);
    this.muted = this.#muted;
    oldSource.disconnect();
    stopTracks(oldStream);
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#stopKeepingRunning();
    this.#worklet.port.close();
    this.#source.disconnect();
    this.#worklet.disconnect();
    stopTracks(this.#stream);
    this.#events.closed();
    await this.#context.close();
  }

  #listenTo(stream: MediaStream): MediaStreamAudioSourceNode {
    const source = new MediaStreamAudioSourceNode(this.#context, { mediaStream: stream });
    source.connect(this.#analyser);
    // iOS has one capture at a time: opening the next ends the one before, which is no loss.
    const ifCurrent = (tell: () => void) => () => {
      if (stream === this.#stream) tell();
    };
    for (const track of stream.getAudioTracks()) {
      const { lost, withheld } = this.#events;
      track.addEventListener("ended", ifCurrent(lost), { once: true });
      track.addEventListener(
        "mute",
        ifCurrent(() => withheld(true)),
      );
      track.addEventListener(
        "unmute",
        ifCurrent(() => withheld(false)),
      );
    }
    return source;
  }

  #received({ pcm, at }: MicrophoneFrame): void {
    const deviceMs = (latencyOf(this.#stream) ?? 0) * 1000;
    const sinceLastMs = Math.max(0, this.#context.currentTime - at) * 1000 + deviceMs;
    const ageMs = sinceLastMs + durationMs(pcm.byteLength, micSampleRate);
    if (!this.#muted) this.#events.frame(pcm, ageMs);
    this.#worklet.port.postMessage(pcm, [pcm]);
  }
}

/** In seconds, as far as the browser knows. Not in the types of the DOM. */
const latencyOf = (stream: MediaStream): number | undefined =>
  (stream.getAudioTracks()[0]?.getSettings() as { latency?: number } | undefined)?.latency;

function stopTracks(stream: MediaStream): void {
  for (const track of stream.getTracks()) track.stop();
}
