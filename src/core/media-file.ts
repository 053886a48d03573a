/**
 * Recognises files and JSON where microphone audio must be bare PCM: MediaRecorder of a browser makes WebM or MP4, other
 * clients send WAV files, or their JSON as bytes. Taken for samples they are noise to the model.
 *
 * PCM may begin with any bytes, so a format must match in at least four of them, and MPEG audio in its next frame, too.
 */

export interface FileFormat {
  readonly name: string;
  /** Its later bytes look like noise (`isCompressedData`); those of the others may be samples. */
  readonly compressed: boolean;
}

const compressed = (name: string): FileFormat => ({ name, compressed: true });
const uncompressed = (name: string): FileFormat => ({ name, compressed: false });

const webm = compressed("a WebM file");
const mpeg = compressed("an MP3 or AAC file");
const jpeg = compressed("a JPEG picture");
const json = uncompressed("JSON");

/** A format, and the bytes by which it is known, as Latin-1. */
type Signature = readonly [FileFormat, string];

const signatures: readonly Signature[] = [
  [webm, "\u001A\u0045\u00DF\u00A3"],
  // A later chunk may begin with a cluster.
  [webm, "\u001F\u0043\u00B6\u0075"],
  [compressed("an Ogg file"), "OggS"],
  [compressed("a FLAC file"), "fLaC"],
  [mpeg, "ID3\u0002"],
  [mpeg, "ID3\u0003"],
  [mpeg, "ID3\u0004"],
  [uncompressed("a WAV file"), "RIFF"],
  [uncompressed("an AIFF file"), "FORM"],
  [jpeg, "\u00FF\u00D8\u00FF\u00E0"],
  [jpeg, "\u00FF\u00D8\u00FF\u00E1"],
  [jpeg, "\u00FF\u00D8\u00FF\u00DB"],
  [jpeg, "\u00FF\u00D8\u00FF\u00E2"],
  [jpeg, "\u00FF\u00D8\u00FF\u00ED"],
  [jpeg, "\u00FF\u00D8\u00FF\u00EE"],
  [jpeg, "\u00FF\u00D8\u00FF\u00FE"],
  [compressed("a PNG picture"), "\u0089PNG"],
  [compressed("a GIF picture"), "GIF8"],
  [compressed("an AMR file"), "#!AM"],
  [compressed("a Windows Media file"), "\u0030\u0026\u00B2\u0075"],
  [uncompressed("a CAF file"), "caff"],
  [uncompressed("an AU file"), ".snd"],
];

const mp4: Signature = [compressed("an MP4 file"), "ftyp"];
/** The offset of MP4's signature; the length of the box precedes it. */
const mp4At = 4;

const jsonHeads = ['{"', "{ ", "{\n", "{\r", "{\t", "{}", "[{", '["', "[ ", "[\n"];
const mpegHeads = [0xe2, 0xe3, 0xf2, 0xf3, 0xfa, 0xfb, 0xf0, 0xf1, 0xf8, 0xf9].map(
  (second) => `\u00FF${String.fromCharCode(second)}`,
);

const wordOf = (text: string): number => text.charCodeAt(0) | (text.charCodeAt(1) << 8);

/** The first two bytes of all formats but MP4, as a little-endian number. Few frames of PCM begin like this. */
export const fileHeads: ReadonlySet<number> = new Set(
  [...signatures.map(([, text]) => text), ...jsonHeads, ...mpegHeads].map(wordOf),
);

/** Whether a frame may be no PCM, by its first bytes alone: few frames of PCM begin like a file. */
const mayBeFile = (bytes: Uint8Array): boolean =>
  fileHeads.has((bytes[0] ?? 0) | ((bytes[1] ?? 0) << 8)) ||
  bytes[0] === 0x7b ||
  bytes[0] === 0x5b ||
  (bytes[4] === 0x66 && bytes[5] === 0x74);

/** @returns the format of a frame that is not PCM. */
export function fileFormatOf(bytes: Uint8Array): FileFormat | undefined {
  if (!mayBeFile(bytes)) return undefined;
  const [format] = signatures.find(([, text]) => holds(bytes, text, 0)) ?? [];
  if (format) return format;
  if (holds(bytes, mp4[1], mp4At)) return mp4[0];
  if (isMpeg(bytes)) return mpeg;
  return isJson(bytes) ? json : undefined;
}

/**
 * Whether the bytes are the rest of a compressed file rather than microphone audio. All values of its bytes are equally
 * frequent: as samples they have a loudness of 0.58, and every other one changes the sign.
 */
export function isCompressedData(bytes: Uint8Array): boolean {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength & ~1);
  const samples = view.byteLength / 2;
  let [power, crossings, before] = [0, 0, 0];
  for (let at = 0; at < samples; at++) {
    const sample = view.getInt16(at * 2, true);
    power += (sample / 32_768) ** 2;
    if (sample < 0 !== before < 0) crossings++;
    before = sample;
  }
  return Math.sqrt(power / samples) > 0.4 && crossings / samples > 0.35;
}

function holds(bytes: Uint8Array, text: string, at: number): boolean {
  for (let index = 0; index < text.length; index++)
    if (bytes[at + index] !== text.charCodeAt(index)) return false;
  return true;
}

function isJson(bytes: Uint8Array): boolean {
  if (bytes[0] !== 0x7b && bytes[0] !== 0x5b) return false;
  try {
    const value: unknown = JSON.parse(
      new TextDecoder("utf-8", { fatal: true, ignoreBOM: false }).decode(bytes),
    );
    return typeof value === "object";
  } catch {
    return false;
  }
}

/** The header of another frame follows where the first says that it ends. */
function isMpeg(bytes: Uint8Array): boolean {
  const mp3 = mp3FrameBytes(bytes);
  const length = mp3 ?? aacFrameBytes(bytes);
  if (length === undefined) return false;
  const next = bytes[length] === 0xff && bytes[length + 1] === bytes[1];
  return next || bytes.length === length || (mp3 !== undefined && isNoWave(bytes));
}

/** A header whose frame is cut off: PCM that begins with its two bytes neither jumps like this nor turns to silence. */
function isNoWave(bytes: Uint8Array): boolean {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const isSilent = bytes.length >= 12 && bytes.subarray(4, 12).every((byte) => byte === 0);
  return isSilent || Math.abs(view.getInt16(2, true) - view.getInt16(0, true)) > 8_192;
}

const mpeg1Kbps = [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320];
const mpeg2Kbps = [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160];
const mpegRates = [44_100, 48_000, 32_000];
/** By the header's two bits of version: 2.5, reserved, 2, 1. */
const rateDivisors = [4, 0, 2, 1];

/** MPEG layer III. */
function mp3FrameBytes(bytes: Uint8Array): number | undefined {
  const [first = 0, second = 0, third = 0, fourth = 0] = bytes;
  if (first !== 0xff || (second & 0xe6) !== 0xe2 || (fourth & 3) === 2) return undefined;
  const version = (second >> 3) & 3;
  const kbps = (version === 3 ? mpeg1Kbps : mpeg2Kbps)[third >> 4];
  const rate = mpegRates[(third >> 2) & 3];
  const divisor = rateDivisors[version];
  if (!kbps || !rate || !divisor) return undefined;
  const samples = version === 3 ? 144 : 72;
  return Math.floor((samples * kbps * 1000) / (rate / divisor)) + ((third >> 1) & 1);
}

/** AAC in ADTS. */
function aacFrameBytes(bytes: Uint8Array): number | undefined {
  const [first = 0, second = 0, third = 0, fourth = 0, fifth = 0, sixth = 0] = bytes;
  if (first !== 0xff || (second & 0xf6) !== 0xf0 || ((third >> 2) & 15) > 12) return undefined;
  const length = ((fourth & 3) << 11) | (fifth << 3) | (sixth >> 5);
  return length > 7 ? length : undefined;
}
