import { expect, test } from "vitest";
import {
  isMutedByOperator,
  maySpeak,
  applyPresence,
  noParticipants,
  type ParticipantList,
} from "../../../src/client/state/participants.ts";
import type { PresenceChange, Participant } from "../../../src/wire/parley-v1.ts";

const ann: Participant = { id: "ann", role: "speaker" };
const bob: Participant = { id: "bob", role: "listener" };
const both: ParticipantList = { you: "ann", list: [ann, bob] };

const after = (
  people: ParticipantList,
  change: PresenceChange,
  participant: Participant,
): ParticipantList => applyPresence(people, { type: "presence", seq: 1, change, participant });

test("[PAGE35] who comes, changes and goes is known", () => {
  const here = after({ you: "ann", list: [ann] }, "joined", bob);
  expect(here.list.map(({ id }) => id)).toEqual(["ann", "bob"]);
  expect(after(here, "role", { ...bob, role: "speaker" }).list.at(-1)?.role).toBe("speaker");
  expect(after(here, "left", bob).list).toEqual([ann]);
});

test("[PAGE35] whose voice is heard is known until it is silent, muted or gone", () => {
  const heard = after(both, "speaking", bob);
  expect(heard.speaking).toBe("bob");
  expect(after(heard, "silent", ann).speaking).toBe("bob");
  for (const change of ["silent", "muted", "left"] as const)
    expect(after(heard, change, bob).speaking).toBeUndefined();
});

test("[PAGE36] only an operator's mute silences the page; a listener's page says nothing", () => {
  expect(isMutedByOperator(after(both, "muted", { ...ann, muted: "self" }))).toBe(false);
  expect(isMutedByOperator(after(both, "muted", { ...ann, muted: "operator" }))).toBe(true);
  expect([maySpeak(noParticipants), maySpeak(both), maySpeak({ ...both, you: "bob" })]).toEqual([
    true,
    true,
    false,
  ]);
});
