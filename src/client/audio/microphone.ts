/** The microphone: asked for with echo cancellation, heard as frames of PCM16 at 16 kHz. */
import { measureLevel } from "./loudness.ts";
import { keepAudioContextRunning, startAudioContext } from "./audio-context.ts";

/** What a conversation needs of a microphone; each opening is built anew and fully taken down. */
export interface Microphone {
  muted: boolean;
  /** 0 to 1, for the eye. */
  level(): number;
  close(): Promise<void>;
}

export interface MicrophoneEvents {
  /** 32 ms, little-endian; the buffer is only lent: it is taken back when this returns. */
  readonly frame: (pcm: ArrayBuffer) => void;
  /** Unplugged, or taken away by the system. */
  readonly lost: () => void;
}

/** Asked of every browser; a phone on its loudspeaker interrupts itself without them. */
const wanted: MediaTrackConstraints = {
  channelCount: 1,
  echoCancellation: true,
  noiseSuppression: true,
  autoGainControl: true,
};

/**
 * Asks for the microphone; call it from a user's gesture.
 * @throws a DOMException named as getUserMedia names it, or "InactiveError" when the sound cannot start.
 */
export async function openMicrophone(events: MicrophoneEvents): Promise<Microphone> {
  const devices = (navigator as Partial<Navigator>).mediaDevices;
  if (!devices) throw new DOMException("not a secure context", "SecurityError");
  const context = new AudioContext({ latencyHint: "interactive" });
  const going = startAudioContext(context);
  try {
    const stream = await devices.getUserMedia({ audio: wanted });
    return await attach(context, stream, going, events);
  } catch (error) {
    await context.close();
    throw error;
  }
}

async function attach(
  context: AudioContext,
  stream: MediaStream,
  going: Promise<boolean>,
  events: MicrophoneEvents,
): Promise<Microphone> {
  try {
    await context.audioWorklet.addModule("/assets/microphone-worklet.js");
    // A permission dialog may have kept the clock still: the first answer is not the last.
    if (!(await going) && !(await startAudioContext(context)))
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
  readonly #moment: Float32Array<ArrayBuffer>;
  readonly #letGo: () => void;
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
    this.#moment = new Float32Array(this.#analyser.fftSize);
    // The worklet's output is silence; it must lead somewhere, or some browsers never pull it.
    this.#source.connect(this.#analyser).connect(this.#worklet).connect(context.destination);
    this.#worklet.port.addEventListener("message", ({ data }: MessageEvent<ArrayBuffer>) => {
      if (!this.#muted) events.frame(data);
      this.#worklet.port.postMessage(data, [data]);
    });
    this.#worklet.port.start();
    for (const track of stream.getAudioTracks())
      track.addEventListener("ended", () => events.lost(), { once: true });
    this.#letGo = keepAudioContextRunning(context);
  }

  get muted(): boolean {
    return this.#muted;
  }

  /** The device stays ours, so that unmuting takes no time and asks for nothing. */
  set muted(muted: boolean) {
    this.#muted = muted;
    for (const track of this.#stream.getAudioTracks()) track.enabled = !muted;
  }

  level(): number {
    if (this.#muted) return 0;
    this.#analyser.getFloatTimeDomainData(this.#moment);
    return measureLevel(this.#moment);
  }

  async close(): Promise<void> {
    this.#letGo();
    this.#worklet.port.close();
    this.#source.disconnect();
    this.#worklet.disconnect();
    for (const track of this.#stream.getTracks()) track.stop();
    await this.#context.close();
  }
}
