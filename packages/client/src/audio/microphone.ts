/** Opens the microphone with echo cancellation and delivers frames of PCM16 at 16 kHz. */
import { keepAudioContextRunning, startAudioContext } from "./audio-context.ts";
import { measureLevel } from "./loudness.ts";

/** An open microphone. `close` releases the device and the audio graph; reopening builds both anew. */
export interface Microphone {
  muted: boolean;
  /** 0 to 1, for display. */
  level(): number;
  close(): Promise<void>;
}

interface MicrophoneEvents {
  /** 40 ms, little-endian. The buffer returns to the worklet when the callback returns: copy what must stay. */
  readonly frame: (pcm: ArrayBuffer) => void;
  /** The device was unplugged, or the system revoked it. */
  readonly lost: () => void;
}

/** Without echo cancellation a phone on its loudspeaker interrupts the agent with the agent's own voice. */
const constraints: MediaTrackConstraints = {
  channelCount: 1,
  echoCancellation: true,
  noiseSuppression: true,
  autoGainControl: true,
};

/**
 * Opens the microphone. Must be called from a user gesture.
 * @throws a DOMException with the names of getUserMedia, or "InactiveError" when the AudioContext does not start.
 */
export async function openMicrophone(events: MicrophoneEvents): Promise<Microphone> {
  const devices = (navigator as Partial<Navigator>).mediaDevices;
  if (!devices) throw new DOMException("not a secure context", "SecurityError");
  const context = new AudioContext({ latencyHint: "interactive" });
  const started = startAudioContext(context);
  try {
    const stream = await devices.getUserMedia({ audio: constraints });
    return await attach(context, stream, started, events);
  } catch (error) {
    await context.close();
    throw error;
  }
}

async function attach(
  context: AudioContext,
  stream: MediaStream,
  started: Promise<boolean>,
  events: MicrophoneEvents,
): Promise<Microphone> {
  try {
    await context.audioWorklet.addModule("/assets/microphone-worklet.js");
    // The permission dialog may have blocked the first start: a second attempt often succeeds.
    if (!(await started) && !(await startAudioContext(context)))
      throw new DOMException("the audio clock does not move", "InactiveError");
    return new OpenMicrophone(context, stream, events);
  } catch (error) {
    for (const track of stream.getTracks()) track.stop();
    throw error;
  }
}

class OpenMicrophone implements Microphone {
  readonly #context: AudioContext;
  readonly #stream: MediaStream;
  readonly #source: MediaStreamAudioSourceNode;
  readonly #worklet: AudioWorkletNode;
  readonly #analyser: AnalyserNode;
  readonly #samples: Float32Array<ArrayBuffer>;
  readonly #stopKeepingRunning: () => void;
  #muted = false;

  constructor(context: AudioContext, stream: MediaStream, events: MicrophoneEvents) {
    this.#context = context;
    this.#stream = stream;
    this.#source = new MediaStreamAudioSourceNode(context, { mediaStream: stream });
    this.#worklet = new AudioWorkletNode(context, "parley-mic", {
      channelCount: 1,
      outputChannelCount: [1],
      channelCountMode: "explicit",
    });
    this.#analyser = new AnalyserNode(context, { fftSize: 1024 });
    this.#samples = new Float32Array(this.#analyser.fftSize);
    // The worklet outputs silence. Some browsers do not run a node that is not connected to the destination.
    this.#source.connect(this.#analyser).connect(this.#worklet).connect(context.destination);
    this.#worklet.port.addEventListener("message", ({ data }: MessageEvent<ArrayBuffer>) => {
      if (!this.#muted) events.frame(data);
      this.#worklet.port.postMessage(data, [data]);
    });
    this.#worklet.port.start();
    for (const track of stream.getAudioTracks())
      track.addEventListener("ended", () => events.lost(), { once: true });
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

  level(): number {
    if (this.#muted) return 0;
    this.#analyser.getFloatTimeDomainData(this.#samples);
    return measureLevel(this.#samples);
  }

  async close(): Promise<void> {
    this.#stopKeepingRunning();
    this.#worklet.port.close();
    this.#source.disconnect();
    this.#worklet.disconnect();
    for (const track of this.#stream.getTracks()) track.stop();
    await this.#context.close();
  }
}
