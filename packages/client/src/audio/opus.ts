/** Opus by the browser's own codecs (WebCodecs), where it has both. */
import { micSampleRate, speakerSampleRate } from "../../../../src/wire/pcm.ts";
import { Resampler } from "../../../../src/wire/resampler.ts";
import {
  packetSamples,
  type OpusCodecs,
  type OpusEncoder,
  type OpusDecoder,
} from "../connection/opus-codecs.ts";
import { toPcm16 } from "./framer.ts";

/** Not in the types yet. */
const speech: object = { application: "voip", signal: "voice" };

const encoderConfig: AudioEncoderConfig = {
  codec: "opus",
  sampleRate: micSampleRate,
  numberOfChannels: 1,
  bitrate: 32_000,
  opus: { frameDuration: (packetSamples / micSampleRate) * 1e6, ...speech },
};
const decoderConfig: AudioDecoderConfig = {
  codec: "opus",
  sampleRate: speakerSampleRate,
  numberOfChannels: 1,
};

/** @returns undefined where the browser lacks one of the two. */
export async function findOpusCodecs(): Promise<OpusCodecs | undefined> {
  if (!("AudioEncoder" in globalThis && "AudioDecoder" in globalThis)) return undefined;
  try {
    const [encoder, decoder] = await Promise.all([
      AudioEncoder.isConfigSupported(encoderConfig),
      AudioDecoder.isConfigSupported(decoderConfig),
    ]);
    return encoder.supported && decoder.supported ? { createEncoder, createDecoder } : undefined;
  } catch {
    return undefined;
  }
}

function createEncoder(emit: (packet: ArrayBuffer) => void, failed: () => void): OpusEncoder {
  const encoder = new AudioEncoder({
    output: (chunk) => {
      const packet = new ArrayBuffer(chunk.byteLength);
      chunk.copyTo(packet);
      emit(packet);
    },
    error: failed,
  });
  encoder.configure(encoderConfig);
  let samples = 0;
  return {
    encode(pcm) {
      const numberOfFrames = pcm.byteLength / 2;
      const timestamp = Math.round((samples / micSampleRate) * 1e6);
      samples += numberOfFrames;
      const format = { format: "s16", sampleRate: micSampleRate, numberOfChannels: 1 } as const;
      const data = new AudioData({ ...format, numberOfFrames, timestamp, data: pcm });
      encoder.encode(data);
      data.close();
    },
    flush: () => encoder.flush(),
    close: () => closeCodec(encoder),
  };
}

function createDecoder(emit: (pcm: Uint8Array) => void, failed: () => void): OpusDecoder {
  let resampler: Resampler | undefined;
  const decoder = new AudioDecoder({
    output: (data) => {
      const samples = new Float32Array(data.numberOfFrames);
      data.copyTo(samples, { planeIndex: 0, format: "f32-planar" });
      // Browsers decode Opus at 48 kHz, whatever its rate is.
      if (data.sampleRate !== speakerSampleRate)
        resampler ??= new Resampler(data.sampleRate, speakerSampleRate);
      data.close();
      emit(toBytes(resampler ? resample(resampler, samples) : samples));
    },
    error: failed,
  });
  decoder.configure(decoderConfig);
  let timestamp = 0;
  return {
    decode(packet) {
      decoder.decode(new EncodedAudioChunk({ type: "key", timestamp, data: packet }));
      timestamp += 20_000;
    },
    close: () => closeCodec(decoder),
  };
}

/** A codec that failed is closed already. */
function closeCodec(codec: AudioEncoder | AudioDecoder): void {
  if (codec.state !== "closed") codec.close();
}

function resample(resampler: Resampler, samples: Float32Array): Float32Array {
  const out = new Float32Array(resampler.capacityFor(samples.length));
  return out.subarray(0, resampler.push(samples, out));
}

const toBytes = (samples: Float32Array): Uint8Array =>
  new Uint8Array(Int16Array.from(samples, toPcm16).buffer);
