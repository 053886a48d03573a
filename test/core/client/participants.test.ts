import { expect, test } from "vitest";
import {
  isMutedByOperator,
  maySpeak,
  applyPresence,
  noParticipants,
  type ParticipantList,
} from "../../../packages/client/src/state/participants.ts";
import type { PresenceChange, Participant } from "../../../src/wire/parley-v1.ts";

const ann: Participant = { id: "ann", role: "speaker" };
const bob: Participant = { id: "bob", role: "listener" };
const both: ParticipantList = { you: "ann", list: [ann, bob] };

const after = (
  participants: ParticipantList,
  change: PresenceChange,
  participant: Participant,
): ParticipantList =>
  applyPresence(participants, { type: "presence", seq: 1, change, participant });

test("[PAGE35] the list follows joins, role changes and leaves", () => {
  const joined = after({ you: "ann", list: [ann] }, "joined", bob);
  expect(joined.list.map(({ id }) => id)).toEqual(["ann", "bob"]);
  expect(after(joined, "role", { ...bob, role: "speaker" }).list.at(-1)?.role).toBe("speaker");
  expect(after(joined, "left", bob).list).toEqual([ann]);
});

test("[PAGE35] the speaking participant is known until it is silent, muted or gone", () => {
  const bobSpeaks = after(both, "speaking", bob);
  expect(bobSpeaks.speaking).toBe("bob");
  expect(after(bobSpeaks, "silent", ann).speaking).toBe("bob");
  for (const change of ["silent", "muted", "left"] as const)
    expect(after(bobSpeaks, change, bob).speaking).toBeUndefined();
});

test("[PAGE36] an operator's mute and the listener role keep the page from speaking, its own mute does not", () => {
  expect(isMutedByOperator(after(both, "muted", { ...ann, muted: "self" }))).toBe(false);
  expect(isMutedByOperator(after(both, "muted", { ...ann, muted: "operator" }))).toBe(true);
  expect([maySpeak(noParticipants), maySpeak(both), maySpeak({ ...both, you: "bob" })]).toEqual([
    true,
    true,
    false,
  ]);
});
