import { expect, test } from "vitest";
import { socketUrl } from "../../../packages/client/src/conversation-address.ts";
import { loadDrawer, saveDrawer } from "../../../src/page/panels/panel-tabs.ts";
import {
  allowedSession,
  loadSettings,
  saveSettings,
  sentSession,
} from "../../../src/page/settings.ts";

function storageWith(items: Record<string, string> = {}) {
  return {
    getItem: (key: string) => items[key] ?? null,
    setItem: (key: string, value: string) => void (items[key] = value),
  };
}

const defaults = {
  language: "system",
  theme: "system",
  captionSize: 1,
  devices: {},
  processing: {},
  turnTaking: "automatic",
  sessions: {},
};

test("[PAGE97] settings are kept in the browser, and unknown values become the default", () => {
  const storage = storageWith();
  expect(loadSettings(storage)).toEqual(defaults);
  const chosen = {
    language: "zh-Hant",
    theme: "dark",
    captionSize: 1.25,
    devices: { microphone: "m1" },
    processing: { noiseSuppression: false },
    turnTaking: "push-to-talk",
    sessions: { guide: { voice: "Puck" } },
  } as const;
  saveSettings(storage, chosen);
  expect(loadSettings(storage)).toEqual(chosen);
  for (const stored of [
    "nonsense",
    "7",
    "null",
    '{"language":"xx","theme":"pink","captionSize":9,"sessions":7,"turnTaking":"x","devices":null}',
  ])
    expect(loadSettings(storageWith({ "parley.settings": stored }))).toEqual(defaults);
});

test("[PAGE98] a setting that the author has withdrawn is not sent", () => {
  const session = { voice: "Puck", language: "de", instruction: "Rhyme.", proactivity: true };
  expect(allowedSession(session, ["voice", "language", "instruction"])).toEqual(session);
  expect(allowedSession(session, ["language"])).toEqual({ language: "de", proactivity: true });
});

test("[PAGE98] a page that is no operator's sends no instruction", () => {
  const session = { voice: "Puck", instruction: "Rhyme." };
  expect(sentSession(session, true)).toEqual(session);
  expect(sentSession(session, false)).toEqual({ voice: "Puck" });
});

test("[PAGE98] the settings of a session are in the address of its socket", () => {
  const address = { user: "ann", session: "one", agent: "guide" };
  const settings = { voice: "Puck", language: "zh-TW", instruction: "a & b", proactivity: true };
  const { searchParams } = new URL(socketUrl("https://x", address, { settings }));
  expect(Object.fromEntries(searchParams)).toEqual({
    agent: "guide",
    voice: "Puck",
    language: "zh-TW",
    instruction: "a & b",
    proactivity: "1",
  });
  expect(socketUrl("https://x", address, { settings: {} })).toBe("wss://x/ws/ann/one?agent=guide");
});

test("[PAGE90] a stored drawer opens again only beside the conversation, at a tab that exists", () => {
  const storage = storageWith();
  saveDrawer(storage, { open: true, tab: "events" });
  expect(loadDrawer(storage, true)).toEqual({ open: true, tab: "events" });
  expect(loadDrawer(storage, false)).toEqual({ open: false, tab: "events" });
  const other = storageWith({ "parley.drawer": '{"open":"yes","tab":"gone"}' });
  expect(loadDrawer(other, true)).toEqual({
    open: false,
    tab: loadDrawer(storageWith(), true).tab,
  });
});
