/** Every state of the page, against the fake server: the tests of layout and accessibility and `npm run shots` share them. */
import { expect, type Page } from "@playwright/test";
import { startConversation } from "./conversation.ts";
import type { FakeServer } from "./fake-server.ts";

export interface PageState {
  readonly name: string;
  /** Leaves the page in this state. */
  readonly show: (page: Page, server: FakeServer) => Promise<void>;
}

const agents = [
  {
    name: "assistant",
    description: "Answers questions, tells the time and does sums.",
    suggestions: ["What time is it in Paris?", "Tell me a long story", "What is 12 times 12?"],
  },
  {
    name: "concierge",
    description: "Finds things in a shop of posters, mugs and lamps, and fills your cart.",
    suggestions: ["Find me a mug with dancing people"],
  },
  { name: "night_clerk", description: "Takes reservations at night." },
];

const openPage = async (page: Page, server: FakeServer, search = ""): Promise<void> => {
  server.health = { ...server.health, agents, defaultAgent: "assistant" };
  await page.goto(`${server.url}/${search}`);
  await expect(page.getByText(/gemini-3\.8-live/)).toBeVisible();
};

const startTalk = async (page: Page, server: FakeServer, search = ""): Promise<void> => {
  server.health = { ...server.health, agents, defaultAgent: "assistant" };
  await startConversation(page, { url: `${server.url}/${search}` });
};

const userSays = (server: FakeServer, text: string, finished = true): void =>
  server.sendEvent({
    author: "user",
    partial: !finished,
    inputTranscription: { text, finished },
  });

const agentSays = (server: FakeServer, text: string, finished = true): void =>
  server.sendEvent({
    author: "assistant",
    partial: !finished,
    outputTranscription: { text, finished },
  });

const story =
  "Once upon a time a keeper lived in a lighthouse at the end of the world. Every evening she climbed the ninety-nine steps and lit the lamp, and every evening one ship passed and greeted her with its horn.";

const sendTurns = (server: FakeServer): void => {
  userSays(server, "What time is it in Paris?");
  agentSays(server, "It is a quarter past ten in the morning in Paris, one hour ahead of London.");
  server.sendEvent({ turnComplete: true });
  userSays(server, "And in Tokyo?");
  agentSays(server, "In Tokyo it is a quarter past six in the evening.");
  server.sendEvent({ turnComplete: true });
};

const sendTools = (server: FakeServer): void => {
  userSays(server, "Find me a mug with dancing people");
  const call = (id: string, name: string, args: object) =>
    server.sendEvent({
      author: "assistant",
      timestamp: 1_795_959_150,
      content: { role: "model", parts: [{ functionCall: { id, name, args } }] } as never,
    });
  const response = (id: string, name: string, response: object) =>
    server.sendEvent({
      author: "assistant",
      timestamp: 1_795_959_150.84,
      content: { role: "user", parts: [{ functionResponse: { id, name, response } }] } as never,
    });
  call("c1", "find_items", { query: "mug with dancing people", max_price: 40 });
  response("c1", "find_items", {
    items: [{ id: "mug-1", name: "Pink Dancing People Mug", price: 14.5 }],
  });
  call("c2", "add_to_cart", { id: "mug-9" });
  response("c2", "add_to_cart", { error: "There is no item mug-9." });
  call("c3", "deep_research", { topic: "dancing people on mugs" });
  agentSays(server, "I found one mug with dancing people, for 14 dollars 50.");
};

const product = (id: string, name: string, price: number) => ({
  id,
  name,
  price,
  image: "/products/mug_dancing-people_pink.svg",
});

const sendProducts = (server: FakeServer): void =>
  server.sendEvent({
    actions: {
      stateDelta: {
        tiles: [
          product("a", "Pink Dancing People Mug", 14.5),
          product("b", "Blue Dancing People Mug", 12),
          product("c", "Green Mug With a Very Long Name of Its Own", 9.25),
          product("d", "Desk Lamp", 38),
          product("e", "Poster of a Lighthouse", 21),
        ],
        cart: { count: 2, total: 29 },
      },
    } as never,
  });

const other = { id: "p2", role: "operator" } as const;

const approvalRequest = {
  timestamp: Date.now() / 1000,
  author: "teller",
  actions: {
    requestedToolConfirmations: {
      c9: {
        hint: "transfer 80 euros to Bob",
        confirmed: false,
        payload: { name: "transfer_money", args: { to: "Bob", euros: 80 } },
      },
    },
  } as never,
};

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
      server.sendTone(8);
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
      server.sendTone(8);
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
        author: "dice",
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
        agentChanged: { from: "dice", to: "primes" },
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
      server.sendEvent({ ...approvalRequest, timestamp: Date.now() / 1000 });
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
