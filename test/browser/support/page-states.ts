/** Every state of the page, against the fake server: the tests of layout and accessibility and `npm run shots` share them. */
import { expect, type Page } from "@playwright/test";
import {
  type PageState,
  agentSays,
  openPage,
  other,
  sendApprovalRequest,
  sendProducts,
  sendTools,
  sendTurns,
  startTalk,
  story,
  userSays,
} from "./page-actions.ts";

const muteButton = (page: Page) => page.getByRole("button", { name: "Mute", exact: true });

export const pageStates: readonly PageState[] = [
  { name: "welcome", show: (page, server) => openPage(page, server) },
  {
    name: "connecting",
    show: async (page, server) => {
      server.silent = true;
      await openPage(page, server);
      await page.getByRole("button", { name: "Start talking" }).click();
      await expect(page.getByRole("status").getByText("Connecting").first()).toBeAttached();
    },
  },
  { name: "listening", show: (page, server) => startTalk(page, server) },
  {
    name: "user-speaking",
    show: async (page, server) => {
      await startTalk(page, server);
      sendTurns(server);
      userSays(server, "And how long does the train", false);
    },
  },
  {
    name: "thinking",
    show: async (page, server) => {
      await startTalk(page, server);
      userSays(server, "What time is it in Paris?");
      await expect(page.getByText("Thinking")).toBeVisible();
    },
  },
  {
    name: "speaking",
    show: async (page, server) => {
      await startTalk(page, server);
      sendTurns(server);
      userSays(server, "Tell me a story");
      server.sendTone(30);
      agentSays(server, story, false);
      await expect(page.getByText("Speaking")).toBeVisible();
      await page.waitForTimeout(1500);
    },
  },
  {
    name: "interrupted",
    show: async (page, server) => {
      await startTalk(page, server);
      userSays(server, "Tell me a story");
      server.sendTone(30);
      agentSays(server, story);
      await expect(page.getByText("Speaking")).toBeVisible();
      await page.waitForTimeout(1500);
      server.sendEvent({ interrupted: true });
      userSays(server, "Stop, please");
      await expect(page.getByText("interrupted")).toBeVisible();
    },
  },
  {
    name: "muted",
    show: async (page, server) => {
      await startTalk(page, server);
      sendTurns(server);
      await muteButton(page).click();
      await expect(page.getByText("Muted")).toBeVisible();
    },
  },
  {
    name: "camera",
    show: async (page, server) => {
      await startTalk(page, server);
      sendTurns(server);
      await page.getByRole("button", { name: "Camera" }).click();
      await expect(page.getByRole("figure")).toBeVisible();
      await page.waitForTimeout(1500);
    },
  },
  {
    name: "camera-tiles",
    show: async (page, server) => {
      await startTalk(page, server);
      sendTurns(server);
      sendProducts(server);
      await page.getByRole("button", { name: "Camera" }).click();
      await expect(page.getByRole("figure")).toBeVisible();
    },
  },
  {
    name: "tools-tiles",
    show: async (page, server) => {
      await startTalk(page, server);
      sendTools(server);
      sendProducts(server);
      await expect(page.getByText("29.00")).toBeVisible();
    },
  },
  {
    name: "transfer",
    show: async (page, server) => {
      await startTalk(page, server);
      userSays(server, "Is 17 prime?");
      agentSays(server, "I ask my colleague.");
      server.sendEvent({
        author: "assistant",
        content: {
          parts: [
            {
              functionCall: { id: "t1", name: "transfer_to_agent", args: { agentName: "primes" } },
            },
          ],
        },
      });
      server.sendEvent({
        author: "primes",
        agentChanged: { from: "assistant", to: "primes" },
      });
      agentSays(server, "Seventeen is prime.");
      server.sendEvent({
        groundingMetadata: {
          groundingChunks: [{ web: { uri: "https://example.com/primes", title: "Primes" } }],
        },
      });
      await expect(page.getByText("Seventeen is prime.").first()).toBeVisible();
    },
  },
  {
    name: "approval",
    show: async (page, server) => {
      server.participants = [
        { id: "p1", role: "operator" },
        { id: "p2", role: "speaker" },
      ];
      await startTalk(page, server, "?role=operator&user=ann");
      sendTurns(server);
      sendApprovalRequest(server, "c9", "Bob");
      await expect(page.getByRole("button", { name: "Approve" })).toBeVisible();
    },
  },
  {
    name: "participants",
    show: async (page, server) => {
      await startTalk(page, server);
      server.sendUnlogged({ type: "presence", change: "joined", participant: other });
      sendTurns(server);
      await expect(page.getByText("2 here")).toBeVisible();
    },
  },
  {
    name: "listener",
    show: async (page, server) => {
      server.participants = [
        { id: "p1", role: "listener" },
        { id: "p2", role: "speaker" },
      ];
      sendTurns(server);
      await openPage(page, server, "?role=listener&user=ann&session=one");
    },
  },
  {
    name: "lost",
    show: async (page, server) => {
      await startTalk(page, server);
      sendTurns(server);
      server.refusal = { message: "Not now.", code: 1013 };
      server.drop();
      await expect(page.getByText("Connection lost")).toBeVisible();
    },
  },
  {
    name: "notice",
    show: async (page, server) => {
      await startTalk(page, server);
      sendTurns(server);
      server.sendEvent({
        errorCode: "QUOTA_EXCEEDED",
        errorMessage: "The quota of the model's service is used up. Try again later.",
      });
      await expect(page.getByRole("alert").getByText("quota")).toBeVisible();
    },
  },
  {
    name: "microphone-denied",
    show: async (page, server) => {
      await page.addInitScript(() => {
        navigator.mediaDevices.getUserMedia = () =>
          Promise.reject(new DOMException("no", "NotAllowedError"));
      });
      await openPage(page, server);
      await page.getByRole("button", { name: "Start talking" }).click();
      await expect(page.getByRole("alert").getByText("not allowed")).toBeVisible();
    },
  },
  {
    name: "token-refused",
    show: async (page, server) => {
      server.refusal = {
        message: "The token has expired. Ask for a new one.",
        code: 1008,
        errorCode: "UNAUTHENTICATED",
      };
      await openPage(page, server);
      await page.getByRole("button", { name: "Start talking" }).click();
      await expect(page.getByRole("alert").getByText("expired")).toBeVisible();
    },
  },
  {
    name: "ended",
    show: async (page, server) => {
      await startTalk(page, server);
      sendTurns(server);
      await expect(page.getByText("In Tokyo it is").first()).toBeVisible();
      await page.getByRole("button", { name: "End", exact: true }).click();
      await expect(page.getByRole("button", { name: "Start talking" })).toBeVisible();
    },
  },
  {
    name: "long",
    show: async (page, server) => {
      await startTalk(page, server);
      for (let i = 0; i < 8; i++) sendTurns(server);
      await page.getByLabel("Transcript").hover();
      await page.mouse.wheel(0, -600);
      await expect(page.getByRole("button", { name: "Latest" })).toBeVisible();
    },
  },
];
