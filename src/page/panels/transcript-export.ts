/** A conversation as a file: text to read, subtitles (WebVTT), or the events as they are. */
import type { Event } from "../../wire/adk.ts";
import type { PageStrings } from "../language/english.ts";

export const exportFormats = ["txt", "vtt", "json"] as const;

export type ExportFormat = (typeof exportFormats)[number];

const mimeTypes: Readonly<Record<ExportFormat, string>> = {
  txt: "text/plain",
  vtt: "text/vtt",
  json: "application/json",
};

interface ExportedFile {
  readonly name: string;
  readonly type: string;
  readonly content: string;
}

type ExportTexts = PageStrings["conversations"]["export"];

/**
 * @param title of the conversation, for the file's name.
 * @param texts in the reader's language.
 */
export const exportConversation = (
  events: readonly Event[],
  format: ExportFormat,
  title: string,
  texts: ExportTexts,
): ExportedFile => ({
  name: `${fileName(title) || texts.fileName}.${format}`,
  type: `${mimeTypes[format]};charset=utf-8`,
  content: writers[format](events, texts),
});

interface Line {
  /** Seconds since the epoch. */
  readonly at: number;
  readonly speaker: string;
  readonly text: string;
  readonly interrupted?: true;
}

/** The finished transcripts and typed texts, in the log's order. Thoughts and tools have no line. */
function linesOf(events: readonly Event[]): Line[] {
  const lines: Line[] = [];
  for (const event of events) {
    const last = lines.at(-1);
    if (event.interrupted && last && last.speaker !== "user")
      lines[lines.length - 1] = { ...last, interrupted: true };
    if (event.partial) continue;
    const { timestamp: at, author } = event;
    for (const [speaker, text] of textsOf(event, author))
      if (text?.trim()) lines.push({ at, speaker, text: text.trim() });
  }
  return lines;
}

const textsOf = (
  { inputTranscription, outputTranscription, content }: Event,
  author: string,
): (readonly [speaker: string, text: string | undefined])[] => [
  ["user", inputTranscription?.text],
  ...(content?.parts ?? []).map((part) => [author, part.thought ? undefined : part.text] as const),
  [author, outputTranscription?.text],
];

type Writer = (events: readonly Event[], texts: ExportTexts) => string;

const writers: Readonly<Record<ExportFormat, Writer>> = {
  txt: (events, texts) =>
    linesOf(events)
      .map(
        ({ at, speaker, text, interrupted }) =>
          `[${utcTime(at)}] ${nameOf(speaker, texts)}: ${text}${interrupted ? texts.interrupted : ""}\n`,
      )
      .join(""),
  vtt: (events, texts) => `WEBVTT\n\n${cuesOf(linesOf(events), texts).join("\n")}`,
  json: (events) => `${JSON.stringify(events, null, 2)}\n`,
};

/** Agents have names, and the user has none here. */
const nameOf = (speaker: string, { user }: ExportTexts): string =>
  speaker === "user" ? user : speaker;

/** Until a line ends that no other follows, in seconds. */
const lastCueSeconds = 4;
const shortestCueSeconds = 0.5;

/** A cue lasts until the next one begins. The first begins at 0. */
function cuesOf(lines: readonly Line[], texts: ExportTexts): string[] {
  const start = lines[0]?.at ?? 0;
  return lines.map(({ at, speaker, text }, index) => {
    const from = at - start;
    const next = lines[index + 1]?.at;
    const to =
      next === undefined
        ? from + lastCueSeconds
        : Math.max(from + shortestCueSeconds, next - start);
    const words = escapeCue(text).replaceAll(/\s*\n\s*/g, "\n");
    return `${cueTime(from)} --> ${cueTime(to)}\n<v ${escapeCue(nameOf(speaker, texts))}>${words}\n`;
  });
}

/** WebVTT: a cue's text is markup. "-->" would begin another cue. */
const escapeCue = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");

function cueTime(seconds: number): string {
  const ms = Math.max(0, Math.round(seconds * 1_000));
  const parts = [
    Math.floor(ms / 3_600_000),
    Math.floor(ms / 60_000) % 60,
    Math.floor(ms / 1_000) % 60,
  ];
  return `${parts.map((part) => `${part}`.padStart(2, "0")).join(":")}.${`${ms % 1_000}`.padStart(3, "0")}`;
}

const utcTime = (seconds: number): string =>
  new Date(seconds * 1_000)
    .toISOString()
    .replace("T", " ")
    .replace(/\.\d+Z$/, " UTC");

/** Letters and digits of every script; a system takes no other sign for granted. */
const fileName = (title: string): string =>
  Array.from(title.replaceAll(/[^\p{L}\p{N}]+/gu, "-"))
    .slice(0, 60)
    .join("")
    .replaceAll(/^-+|-+$/g, "");
