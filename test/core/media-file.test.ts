import { describe, expect, it } from "vitest";
import { fileFormatOf, fileHeads, isCompressedData } from "../../src/core/media-file.ts";

const bytes = (text: string, size = 640): Uint8Array => {
  const all = new Uint8Array(size);
  all.set(Array.from(text, (character) => character.charCodeAt(0)));
  return all;
};

const of = (...values: number[]): Uint8Array => new Uint8Array(values);

/** An MP3 or AAC frame with a header, followed by the header of the next. */
function mpegFrames(header: readonly number[], length: number): Uint8Array {
  const all = new Uint8Array(length + 200).fill(7);
  all.set(header);
  all.set(header, length);
  return all;
}

const random = (size: number): Uint8Array => crypto.getRandomValues(new Uint8Array(size));

const wave = Array.from({ length: 320 }, (_, at) => Math.sin(at / 9) * Math.sin(at / 100));

/** Speech-like PCM: a tone with a slow envelope, beginning with one sample. */
function pcmFrom(first: number, level = 6_000): Uint8Array {
  const samples = Int16Array.from(wave, (value) => first + level * value);
  samples[0] = first;
  return new Uint8Array(samples.buffer);
}

describe("[DOOR10] a file is recognised by four bytes or more", () => {
  it.each([
    ["a WebM file", bytes("\u001a\u0045\u00df\u00a3\u009f")],
    ["a WebM file", bytes("\u001f\u0043\u00b6\u0075")],
    ["an Ogg file", bytes("OggS\0")],
    ["a FLAC file", bytes("fLaC")],
    ["an MP4 file", bytes("\0\0\0\u0018ftypmp42")],
    ["a WAV file", bytes("RIFF\u0024\0\0\0WAVEfmt ")],
    ["an MP3 or AAC file", bytes("ID3\u0004\0")],
    ["an MP3 or AAC file", mpegFrames([0xff, 0xfb, 0x90, 0x00], 417)],
    ["an MP3 or AAC file", mpegFrames([0xff, 0xf3, 0x84, 0xc4], 192)],
    ["an MP3 or AAC file", bytes("\u00ff\u00fb\u0090\u0064")],
    ["an MP3 or AAC file", bytes("\u00ff\u00fb\u0090\0")],
    ["an MP3 or AAC file", mpegFrames([0xff, 0xf1, 0x50, 0x80, 0x20, 0x1f, 0xfc], 256)],
    ["a JPEG picture", bytes("\u00ff\u00d8\u00ff\u00e0\0")],
    ["a JPEG picture", bytes("\u00ff\u00d8\u00ff\u00ee\0")],
    ["a PNG picture", bytes("\u0089PNG\r\n")],
    ["a GIF picture", bytes("GIF89a")],
    ["an AMR file", bytes("#!AMR\n")],
    ["a Windows Media file", bytes("\u0030\u0026\u00b2\u0075\u008e\u0066")],
    ["a CAF file", bytes("caff\0\u0001")],
    ["an AU file", bytes(".snd\0\0\0\u0018")],
    ["JSON", bytes('{"type":"text","text":"hi"}', 27)],
    ["JSON", bytes('[{"a":1}]\n', 10)],
  ])("%s", (name, frame) => {
    expect(fileFormatOf(frame)?.name).toBe(name);
    const [first = 0, second = 0] = frame;
    expect(fileHeads.has(first | (second << 8)) || frame[4] === 0x66).toBe(true);
  });

  it.each([
    ["silence", new Uint8Array(640)],
    ["nothing", of()],
    ["one byte", of(0x7b)],
    ["a sample of '{\"'", pcmFrom(0x22_7b)],
    ["a sample of 'RI'", pcmFrom(0x49_52)],
    ["the samples of MP3's first two bytes", pcmFrom(-1_025)],
    ["the same, quiet", pcmFrom(-1_025, 300)],
    ["the samples of AAC's first two bytes", pcmFrom(-3_585)],
    ["a sample that begins like JPEG", pcmFrom(-9_985)],
    ["braces that are not JSON", bytes('{"a}', 4)],
  ])("not %s", (_, pcm) => {
    expect(fileFormatOf(pcm)).toBeUndefined();
  });

  it("PCM with any first sample is no file", () => {
    const levels = Int16Array.from(wave, (value) => 6_000 * value);
    const samples = new Int16Array(levels.length);
    const frame = new Uint8Array(samples.buffer);
    const found: number[] = [];
    for (let first = -20_000; first < 20_000; first++) {
      for (let at = 0; at < samples.length; at++) samples[at] = first + (at && (levels[at] ?? 0));
      if (fileFormatOf(frame)) found.push(first);
    }
    expect(found).toEqual([]);
  }, 30_000);

  it("the rest of a compressed file looks like noise, and speech does not", () => {
    for (const size of [400, 1_001, 4_000]) expect(isCompressedData(random(size))).toBe(true);
    for (const pcm of [pcmFrom(0), pcmFrom(0, 30_000), new Uint8Array(640), of()])
      expect(isCompressedData(pcm)).toBe(false);
    expect(isCompressedData(new Uint8Array(new Int16Array(320).fill(30_000).buffer))).toBe(false);
  });
});
