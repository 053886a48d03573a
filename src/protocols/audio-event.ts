/**
 * Encodes the events of one answer's audio. They differ in audio, id and time alone, so their JSON is written once and
 * spliced for each.
 */
import type { Event } from "../wire/adk.ts";
import type { OutboundFrame } from "../core/delivery/outbound-frame.ts";
import { unnumberedFrame } from "./frames.ts";
import type { Protocol } from "./protocol.ts";

/** @param data base64 in the alphabet of events. @param now ms since the epoch. @param audioMs the audio's length. */
type AudioEventEncoder = (data: string, now: number, audioMs: number) => OutboundFrame;

/** No time of an event: it is long past. */
const timeMark = 0.123456789;

/**
 * @param protocol writes an event as one JSON frame.
 * @param event with audio that is replaced.
 * @throws Error if the protocol writes it otherwise.
 */
export function audioEventEncoder(
  protocol: Pick<Protocol, "encode">,
  event: Event,
): AudioEventEncoder {
  const [dataMark, idMark] = [crypto.randomUUID(), crypto.randomUUID()];
  const marked = withAudio({ ...event, id: idMark, timestamp: timeMark }, dataMark);
  const [frame] = protocol.encode({ event: marked }, () => 0);
  const [head, tail] = splitOnce(frame?.data, dataMark);
  const [beforeId, afterId] = splitOnce(tail, idMark);
  const [beforeTime, end] = splitOnce(afterId, `${timeMark}`);
  // Unique ids that cost no random numbers: of this answer, and the number of the event in it.
  const ids = idMark.slice(0, -12);
  let count = 0;
  return (data, now, audioMs) => {
    const id = `${ids}${(count++).toString(16).padStart(12, "0")}`;
    return unnumberedFrame(`${head}${data}${beforeId}${id}${beforeTime}${now / 1000}${end}`, {
      audioMs,
    });
  };
}

function withAudio(event: Event, data: string): Event {
  const [part] = event.content?.parts ?? [];
  const parts = [{ ...part, inlineData: { ...part?.inlineData, data } }];
  return { ...event, content: { ...event.content, parts } };
}

function splitOnce(text: unknown, mark: string): readonly [string, string] {
  const at = typeof text === "string" ? text.indexOf(mark) : -1;
  if (typeof text !== "string" || at < 0) throw new Error("the protocol encodes audio otherwise");
  return [text.slice(0, at), text.slice(at + mark.length)];
}
