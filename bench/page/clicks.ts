/** Finds the clicks of a microphone's audio in the page: where the browser delivers it, and where the client sends it. */
import type { Page } from "@playwright/test";

export interface Clicks {
  /** By the browser's timestamp of the piece, and the samples of it that follow, in ms. */
  readonly captured: { readonly timestamp: number; readonly followingMs: number }[];
  /** By `performance.now()`, and by how much of the frame was captured before, in ms. */
  readonly sent: { readonly at: number; readonly intoFrameMs: number }[];
  /** The least time from the browser's timestamps to the arrival in the page, in ms. */
  offset: number;
}

type Finder = (samples: ArrayLike<number>) => number[];

interface TrackProcessor {
  readonly readable: ReadableStream<AudioData>;
}

/** Call it before the page is opened. The page gets `window.clicks`. */
export async function watchClicks(page: Page): Promise<void> {
  await page.addInitScript({
    content: `
      window.clicks = { captured: [], sent: [], offset: Infinity };
      const createFinder = ${createFinder.toString()};
      const watchTrack = ${watchTrack.toString()};
      (${watchSockets.toString()})(window.clicks, createFinder(16_000, 16_384));
      (${watchDevices.toString()})((track) => watchTrack(track, window.clicks, createFinder));
    `,
  });
}

/** @returns the places of clicks in a stream that comes in pieces. @param level of samples that are clicks. */
function createFinder(rate: number, level: number): Finder {
  let [position, last] = [0, -Infinity];
  return (samples) => {
    const found: number[] = [];
    for (let i = 0; i < samples.length; i++, position++) {
      if (Math.abs(samples[i] ?? 0) < level || position - last < 0.1 * rate) continue;
      last = position;
      found.push(i);
    }
    return found;
  };
}

async function watchTrack(
  track: MediaStreamTrack,
  clicks: Clicks,
  finder: typeof createFinder,
): Promise<void> {
  const { MediaStreamTrackProcessor: Processor } = window as unknown as {
    MediaStreamTrackProcessor: new (init: { track: MediaStreamTrack }) => TrackProcessor;
  };
  const reader = new Processor({ track }).readable.getReader();
  let find: Finder | undefined;
  for (;;) {
    const { value } = await reader.read();
    if (!value) return;
    const { sampleRate, numberOfFrames } = value;
    const timestamp = value.timestamp / 1_000;
    const samples = new Float32Array(numberOfFrames);
    value.copyTo(samples, { planeIndex: 0, format: "f32-planar" });
    value.close();
    clicks.offset = Math.min(clicks.offset, performance.now() - timestamp);
    find ??= finder(sampleRate, 0.5);
    for (const i of find(samples))
      clicks.captured.push({ timestamp, followingMs: ((numberOfFrames - i) / sampleRate) * 1_000 });
  }
}

function watchDevices(watch: (track: MediaStreamTrack) => Promise<void>): void {
  const devices = navigator.mediaDevices;
  const getUserMedia = devices.getUserMedia.bind(devices);
  devices.getUserMedia = async (constraints) => {
    const stream = await getUserMedia(constraints);
    for (const track of stream.getAudioTracks()) void watch(track.clone());
    return stream;
  };
}

function watchSockets(clicks: Clicks, find: Finder): void {
  const { prototype } = WebSocket;
  // oxlint-disable-next-line typescript/unbound-method -- called on a socket
  const { send } = prototype;
  prototype.send = function (this: WebSocket, data) {
    send.call(this, data);
    if (!(data instanceof ArrayBuffer)) return;
    const at = performance.now();
    for (const i of find(new Int16Array(data))) clicks.sent.push({ at, intoFrameMs: i / 16 });
  };
}
