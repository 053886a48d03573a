/** What brings the page, and its scripted server, into a state: opening, talking, tools, products, approvals. */
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

type Agents = readonly { readonly name: string }[];

/** @param served the default agent first. */
const serveAgents = (server: FakeServer, served: Agents): void => {
  server.health = { ...server.health, agents: served, defaultAgent: served[0]?.name };
};

/** @param served the agents of the server, the default one first. */
export const openPage = async (
  page: Page,
  server: FakeServer,
  search = "",
  served: Agents = agents,
): Promise<void> => {
  serveAgents(server, served);
  await page.goto(`${server.url}/${search}`);
  await expect(page.getByText(/gemini-3\.8-live/)).toBeVisible();
};

/** @param served the agents of the server, the default one first. */
export const startTalk = async (
  page: Page,
  server: FakeServer,
  search = "",
  served: Agents = agents,
): Promise<void> => {
  serveAgents(server, served);
  await startConversation(page, { url: `${server.url}/${search}` });
};

export const userSays = (server: FakeServer, text: string, finished = true): void =>
  server.sendEvent({
    author: "user",
    partial: !finished,
    inputTranscription: { text, finished },
  });

export const agentSays = (server: FakeServer, text: string, finished = true): void =>
  server.sendEvent({
    author: "assistant",
    partial: !finished,
    outputTranscription: { text, finished },
  });

export const story =
  "Once upon a time a keeper lived in a lighthouse at the end of the world. Every evening she climbed the ninety-nine steps and lit the lamp, and every evening one ship passed and greeted her with its horn.";

export const sendTurns = (server: FakeServer): void => {
  userSays(server, "What time is it in Paris?");
  agentSays(server, "It is a quarter past ten in the morning in Paris, one hour ahead of London.");
  server.sendEvent({ turnComplete: true });
  userSays(server, "And in Tokyo?");
  agentSays(server, "In Tokyo it is a quarter past six in the evening.");
  server.sendEvent({ turnComplete: true });
};

export const sendCall = (server: FakeServer, id: string, name: string, args: object): void =>
  server.sendEvent({
    author: "assistant",
    timestamp: 1_795_959_150,
    content: { role: "model", parts: [{ functionCall: { id, name, args } }] } as never,
  });

export const sendResponse = (
  server: FakeServer,
  id: string,
  name: string,
  response: object,
): void =>
  server.sendEvent({
    author: "assistant",
    timestamp: 1_795_959_150.84,
    content: { role: "user", parts: [{ functionResponse: { id, name, response } }] } as never,
  });

export const sendTools = (server: FakeServer): void => {
  userSays(server, "Find me a mug with dancing people");
  sendCall(server, "c1", "find_items", { query: "mug with dancing people", max_price: 40 });
  sendResponse(server, "c1", "find_items", {
    items: [{ id: "mug-1", name: "Pink Dancing People Mug", price: 14.5 }],
  });
  sendCall(server, "c2", "add_to_cart", { id: "mug-9" });
  sendResponse(server, "c2", "add_to_cart", { error: "There is no item mug-9." });
  sendCall(server, "c3", "deep_research", { topic: "dancing people on mugs" });
  agentSays(server, "I found one mug with dancing people, for 14 dollars 50.");
};

export const product = (id: string, name: string, price: number) => ({
  id,
  name,
  price,
  image: "/products/mug_dancing-people_pink.svg",
});

export const sendProducts = (server: FakeServer): void =>
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

export const other = { id: "p2", role: "operator" } as const;

export const sendApprovalRequest = (
  server: FakeServer,
  id: string,
  to: string,
  expiresInMs = 120_000,
): void =>
  server.sendEvent(
    {
      author: "teller",
      actions: {
        requestedToolConfirmations: {
          [id]: {
            hint: `transfer 80 euros to ${to}`,
            confirmed: false,
            payload: { name: "transfer_money", args: { to, euros: 80 } },
          },
        },
      } as never,
    },
    { expiresInMs },
  );

export const longName = "Maximiliane Wilhelmine von und zu Liechtenstein-Donaudampfschifffahrt";

/** Stores settings of the page before it loads. */
export const choose = (page: Page, settings: object): Promise<unknown> =>
  page.addInitScript((stored) => {
    localStorage.setItem("parley.settings", stored);
  }, JSON.stringify(settings));

/** In place of the browser's dialog. */
export const shareACanvas = (): void => {
  navigator.mediaDevices.getDisplayMedia = async () => {
    const canvas = Object.assign(document.createElement("canvas"), { width: 1280, height: 720 });
    const context = canvas.getContext("2d");
    setInterval(() => {
      if (!context) return;
      context.fillStyle = "#7a8fb0";
      context.fillRect(0, 0, 1280, 720);
      context.fillStyle = "#fff";
      context.fillRect(200, 120, 880, 480);
    }, 50);
    return canvas.captureStream();
  };
};

/** A PNG in base64. */
export const drawPicture = (): string => {
  const canvas = Object.assign(document.createElement("canvas"), { width: 800, height: 1200 });
  const context = canvas.getContext("2d");
  if (context) context.fillStyle = "#b06a3a";
  context?.fillRect(0, 0, 800, 1200);
  return canvas.toDataURL().split(",")[1] ?? "";
};
