/** The panels, menus and dialogs of the page, each open, for the tests of their geometry and for `npm run shots`. */
import { expect, type Page } from "@playwright/test";
import { openPanel } from "./drawer.ts";
import type { FakeServer } from "./fake-server.ts";
import {
  openPage,
  sendCall,
  sendResponse,
  sendTurns,
  startTalk,
  type PageState,
} from "./page-actions.ts";

const longTitle =
  "Which of the posters with dancing people would suit a small kitchen with green tiles?";

const sessions = [
  { id: "one", title: "Find me a mug with dancing people", turns: 12 },
  { id: "two", title: longTitle, turns: 1 },
  { id: "three", title: "", turns: 0 },
  { id: "four", title: "Donaudampfschifffahrtsgesellschaftskapitänsmützenabzeichen", turns: 4 },
].map((session, at) => ({ ...session, state: {}, lastUpdateTime: 1_795_959_150 - at * 86_400 }));

const serveSessions = (server: FakeServer): void => {
  server.answer = (_, path) =>
    path.endsWith("/sessions")
      ? {
          body: sessions,
          headers: { "x-total-count": "30", "x-next-page-token": "2" },
        }
      : undefined;
};

const allSettings = ["voice", "language", "instruction"];

const prices = {
  model: "gemini-3.8-live",
  asOf: "2026-09-18",
  source: "ai.google.dev",
  textIn: 1e-6,
  audioIn: 3e-6,
  imageIn: 1e-6,
  textOut: 5e-6,
  audioOut: 12e-6,
};

const startTalkWithSettings = async (page: Page, server: FakeServer): Promise<void> => {
  serveSessions(server);
  const agents = [
    { name: "assistant", model: prices.model, voice: "Kore", clientSettings: allSettings },
    { name: "night_clerk", description: "Takes reservations at night." },
  ];
  server.health = { ...server.health, prices: [prices] };
  await startTalk(page, server, "?user=ann&session=one", agents);
  sendTurns(server);
};

const type = async (page: Page, server: FakeServer, text: string): Promise<void> => {
  const count = server.texts.length;
  await page.getByRole("textbox", { name: "Message" }).fill(text);
  await page.keyboard.press("Enter");
  await expect.poll(() => server.texts.length).toBe(count + 1);
};

/** How often the page has told what it played. */
const reportsOf = (server: FakeServer): number =>
  server.controlFrames.filter(({ type }) => type === "played").length;

/** Three typed turns with an answer, one of them with tool calls. */
const measureTurns = async (page: Page, server: FakeServer): Promise<void> => {
  for (const at of [1, 2, 3]) {
    await type(page, server, `Question ${at}`);
    if (at === 2) {
      sendCall(server, "c", "find_items", {});
      sendResponse(server, "c", "find_items", { items: [] });
    }
    const reports = reportsOf(server);
    server.sendEvent({ outputTranscription: { text: `Answer ${at}`, finished: true } });
    server.sendTone(0.3);
    await expect(page.getByText(`Answer ${at}`).first()).toBeVisible();
    server.sendEvent({
      turnComplete: true,
      usageMetadata: {
        promptTokenCount: 1_200 * at,
        promptTokensDetails: [{ modality: "AUDIO", tokenCount: 1_200 * at }],
        candidatesTokenCount: 500,
        candidatesTokensDetails: [{ modality: "AUDIO", tokenCount: 500 }],
      },
    });
    // An answer that follows another's voice at once has no wait of its own.
    await expect.poll(() => reportsOf(server)).toBeGreaterThan(reports);
    await expect(page.getByText("Listening").first()).toBeVisible();
  }
};

const drawer = (page: Page) => page.getByRole("dialog");

export const panelStates: readonly PageState[] = [
  {
    name: "history",
    show: async (page, server) => {
      await startTalkWithSettings(page, server);
      await openPanel(page, "History");
      await expect(drawer(page).getByText("12 turns")).toBeVisible();
    },
  },
  {
    name: "history-empty",
    show: async (page, server) => {
      await openPage(page, server);
      await openPanel(page, "History");
      await expect(drawer(page).getByText("No conversation yet.")).toBeVisible();
    },
  },
  {
    name: "history-actions",
    show: async (page, server) => {
      await startTalkWithSettings(page, server);
      await openPanel(page, "History");
      await drawer(page).getByLabel("More for Find me a mug").click();
      await drawer(page).getByLabel(`More for ${longTitle}`).click();
      await drawer(page).getByRole("button", { name: "Delete", exact: true }).last().click();
    },
  },
  {
    name: "history-rename",
    show: async (page, server) => {
      await startTalkWithSettings(page, server);
      await openPanel(page, "History");
      await drawer(page).getByLabel(`More for ${longTitle}`).click();
      await drawer(page).getByRole("button", { name: "Rename" }).click();
    },
  },
  {
    name: "settings",
    show: async (page, server) => {
      await startTalkWithSettings(page, server);
      await openPanel(page, "Settings");
    },
  },
  {
    name: "settings-devices",
    show: async (page, server) => {
      await startTalkWithSettings(page, server);
      await openPanel(page, "Settings");
      await drawer(page).getByText("Whose turn it is").scrollIntoViewIfNeeded();
    },
  },
  {
    name: "settings-appearance",
    show: async (page, server) => {
      await startTalkWithSettings(page, server);
      await openPanel(page, "Settings");
      await drawer(page).getByText("Largest").scrollIntoViewIfNeeded();
    },
  },
  {
    name: "settings-closed",
    show: async (page, server) => {
      await openPage(page, server);
      await openPanel(page, "Settings");
    },
  },
  {
    name: "share",
    show: async (page, server) => {
      await startTalkWithSettings(page, server);
      await openPanel(page, "Share");
      await drawer(page).getByRole("button", { name: "Copy the link" }).click();
    },
  },
  {
    name: "share-operator",
    show: async (page, server) => {
      server.participants = [{ id: "p1", role: "operator" }];
      await startTalk(page, server, "?role=operator&user=ann&session=one#token=secret");
      await openPanel(page, "Share");
      await drawer(page).getByText("Operates").click();
    },
  },
  {
    name: "latency",
    show: async (page, server) => {
      await startTalkWithSettings(page, server);
      await measureTurns(page, server);
      await openPanel(page, "Latency");
    },
  },
  {
    name: "latency-empty",
    show: async (page, server) => {
      await openPage(page, server);
      await openPanel(page, "Latency");
    },
  },
  {
    name: "cost",
    show: async (page, server) => {
      await startTalkWithSettings(page, server);
      await measureTurns(page, server);
      server.sendUnlogged({ type: "budget", scope: "day", of: "usd", used: 0.83 });
      await openPanel(page, "Cost");
    },
  },
  {
    name: "cost-empty",
    show: async (page, server) => {
      await openPage(page, server);
      await openPanel(page, "Cost");
    },
  },
  {
    name: "events",
    show: async (page, server) => {
      await startTalkWithSettings(page, server);
      await measureTurns(page, server);
      await openPanel(page, "Events");
      await drawer(page).getByRole("option").last().click();
    },
  },
  {
    name: "events-empty",
    show: async (page, server) => {
      await openPage(page, server);
      await openPanel(page, "Events");
    },
  },
  {
    name: "agents",
    show: async (page, server) => {
      await openPage(page, server);
      await page.getByRole("combobox", { name: "Agent" }).click();
    },
  },
  {
    name: "people",
    show: async (page, server) => {
      server.participants = [
        { id: "p1", role: "operator" },
        { id: "p2", role: "speaker", muted: "operator" },
        { id: "p3", role: "speaker" },
        { id: "p4", role: "listener" },
        { id: "p5", role: "observer" },
      ];
      await startTalk(page, server, "?role=operator&user=maximiliane_von_und_zu_lichtenstein");
      sendTurns(server);
      await page.getByRole("button", { name: "5 here" }).click();
      await page.getByRole("button", { name: "End for all" }).click();
    },
  },
  {
    name: "shortcuts",
    show: async (page, server) => {
      await openPage(page, server);
      await page.getByLabel("Transcript").focus();
      await page.keyboard.press("?");
      await expect(page.getByRole("heading", { name: "Keyboard shortcuts" })).toBeVisible();
    },
  },
  {
    name: "switch-agent",
    show: async (page, server) => {
      await startTalk(page, server);
      sendTurns(server);
      await page.getByRole("combobox", { name: "Agent" }).click();
      await page.getByRole("option", { name: "Night clerk" }).click();
      await expect(page.getByRole("heading", { name: "Talk with Night clerk?" })).toBeVisible();
    },
  },
];
