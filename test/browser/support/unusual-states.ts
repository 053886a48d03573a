/** States of the page that few people meet: other ways to take turns, long names, many rows, lost devices. */
import { expect } from "@playwright/test";
import {
  type PageState,
  agentSays,
  choose,
  drawPicture,
  longName,
  openPage,
  product,
  sendApprovalRequest,
  sendCall,
  sendResponse,
  sendTools,
  sendTurns,
  shareACanvas,
  startTalk,
  story,
  userSays,
} from "./page-actions.ts";

export const unusualStates: readonly PageState[] = [
  {
    name: "requesting",
    show: async (page, server) => {
      await page.addInitScript(() => {
        navigator.mediaDevices.getUserMedia = () => new Promise(() => undefined);
      });
      await openPage(page, server);
      await page.getByRole("button", { name: "Start talking" }).click();
      await expect(page.getByText("May I listen?")).toBeVisible();
    },
  },
  {
    name: "silenced",
    show: async (page, server) => {
      await startTalk(page, server);
      sendTurns(server);
      server.sendUnlogged({
        type: "presence",
        change: "muted",
        participant: { id: "p1", role: "speaker", muted: "operator" },
      });
      await expect(page.getByText("You are muted")).toBeVisible();
    },
  },
  {
    name: "offline",
    show: async (page, server) => {
      await startTalk(page, server);
      sendTurns(server);
      await page.context().setOffline(true);
      server.drop();
      await expect(page.getByText("You are offline")).toBeVisible();
      await page.getByRole("textbox", { name: "Message" }).fill("Are you still there?");
      await page.keyboard.press("Enter");
      await expect(page.getByText("will be sent")).toBeVisible();
    },
  },
  {
    name: "reloaded",
    show: async (page, server) => {
      await startTalk(page, server);
      sendTurns(server);
      await expect(page.getByText("In Tokyo it is").first()).toBeVisible();
      await page.reload();
      await expect(page.getByText("Tap to resume")).toBeVisible();
    },
  },
  {
    name: "text-only-welcome",
    show: async (page, server) => {
      await choose(page, { turnTaking: "text" });
      await openPage(page, server);
      await page.getByRole("button", { name: "Connect" }).click();
      await expect(page.getByText("Connected", { exact: true }).first()).toBeAttached();
    },
  },
  {
    name: "text-only",
    show: async (page, server) => {
      await choose(page, { turnTaking: "text" });
      await openPage(page, server);
      await page.getByRole("textbox", { name: "Message" }).fill("What time is it?");
      await page.keyboard.press("Enter");
      await expect.poll(() => server.texts).toHaveLength(1);
      agentSays(server, "It is ten.");
      server.sendEvent({ turnComplete: true });
      await expect(page.getByText("It is ten.").first()).toBeVisible();
    },
  },
  {
    name: "push-to-talk",
    show: async (page, server) => {
      await choose(page, { turnTaking: "push-to-talk" });
      await openPage(page, server);
      await page.getByRole("button", { name: "Start talking" }).click();
      await expect(page.getByText("Hold to talk")).toBeVisible();
    },
  },
  {
    name: "held",
    show: async (page, server) => {
      // The page lets go when its window loses the focus, which a change of its size takes here.
      await page.addInitScript(() =>
        window.addEventListener("blur", (event) => event.stopImmediatePropagation()),
      );
      await choose(page, { turnTaking: "push-to-talk" });
      await openPage(page, server);
      await page.getByRole("button", { name: "Start talking" }).click();
      await expect(page.getByText("Hold to talk")).toBeVisible();
      // And when the pointer leaves the button, which moves with the size.
      await page.mouse.move(0, 0);
      await page.locator("button.orb").dispatchEvent("pointerdown");
      await expect(page.getByText("Let go when done")).toBeVisible();
    },
  },
  {
    name: "screen",
    show: async (page, server) => {
      await page.addInitScript(shareACanvas);
      await startTalk(page, server);
      sendTurns(server);
      // A phone has no button for it.
      const { width = 0 } = page.viewportSize() ?? {};
      if (width < 480) return;
      await page.getByRole("button", { name: "Screen", exact: true }).click();
      await expect(page.getByRole("figure")).toBeVisible();
      await page.waitForTimeout(1500);
    },
  },
  {
    name: "tools-open",
    show: async (page, server) => {
      await startTalk(page, server);
      sendTools(server);
      for (const row of ["Used find items", "Add to cart failed"])
        await page.getByText(row).click();
    },
  },
  {
    name: "many-tools",
    show: async (page, server) => {
      await startTalk(page, server);
      userSays(server, "Find me a mug with dancing people");
      for (let i = 0; i < 30; i++) {
        sendCall(server, `c${i}`, "find_items", { page: i });
        sendResponse(server, `c${i}`, "find_items", { items: [] });
      }
      agentSays(server, "I looked at thirty pages.");
      await expect(page.getByText("thirty pages").first()).toBeVisible();
    },
  },
  {
    name: "sources",
    show: async (page, server) => {
      await startTalk(page, server);
      userSays(server, "What is the tallest mountain, and how tall is it in feet?");
      server.sendEvent({
        groundingMetadata: {
          webSearchQueries: ["tallest mountain in the world height in feet and metres"],
          groundingChunks: [
            { web: { uri: "https://example.org/everest", title: "Mount Everest" } },
            { web: { uri: "https://example.org/list", title: longName } },
          ],
        },
      });
      const part = (part: object) => ({ content: { role: "model", parts: [part] } as never });
      server.sendEvent(part({ executableCode: { code: "print(8849 * 3.28084)" } }));
      server.sendEvent(part({ codeExecutionResult: { output: "29032.15" } }));
      agentSays(server, "Mount Everest, with 29,032 feet.");
      server.sendEvent({ turnComplete: true });
      await page.getByText("Code that was run").click();
    },
  },
  {
    name: "long-names",
    show: async (page, server) => {
      server.participants = [
        { id: "p1", role: "speaker" },
        { id: "p2", role: "operator" },
      ];
      const name = "assistant_for_reservations_of_the_grand_hotel";
      const suggestions = [
        "Which rooms with a view of the lake are free from the first to the third of May?",
      ];
      await startTalk(page, server, "?user=maximiliane_von_und_zu_lichtenstein", [
        { name, description: story, suggestions } as { name: string },
        { name: "night_clerk" },
      ]);
      userSays(server, `Call ${longName.replaceAll(" ", "")}`);
      sendCall(server, "c1", "look_up_all_reservations_of_a_guest_by_the_name_of_the_family", {});
      agentSays(server, `https://example.com/${"reservations/".repeat(8)}`);
      server.sendEvent({ author: "x", agentChanged: { from: name, to: `${name}_at_night` } });
      agentSays(server, "Good evening.");
      server.sendEvent({
        actions: { stateDelta: { tiles: [product("a", longName, 1234.5)] } } as never,
      });
      await expect(page.getByText("Good evening.").first()).toBeVisible();
    },
  },
  {
    name: "long-welcome",
    show: async (page, server) => {
      const suggestions = [
        "Which rooms with a view of the lake are free from the first to the third of May?",
        "Cancel my reservation",
        "How do I get from the airport to the hotel by public transport?",
      ];
      server.health = {
        ...server.health,
        upstream: "eu-west1.speech-gateway.internal.example.com:8443",
      };
      const agent = { name: "assistant_for_reservations", description: story, suggestions };
      await openPage(page, server, "", [agent, { name: "night_clerk" }]);
    },
  },
  {
    name: "approvals",
    show: async (page, server) => {
      server.participants = [{ id: "p1", role: "operator" }];
      await startTalk(page, server, "?role=operator&user=ann");
      sendTurns(server);
      for (const id of ["c9", "c10", "c11"]) sendApprovalRequest(server, id, longName, 20_000);
      await page.getByRole("button", { name: "Approve" }).first().click();
      await expect(page.getByText("You approved. Waiting for the server.")).toBeVisible();
    },
  },
  {
    name: "pictures",
    show: async (page, server) => {
      await startTalk(page, server);
      userSays(server, "What is this?");
      const picture = await page.evaluate(drawPicture);
      await page.getByLabel("Send a picture").setInputFiles({
        name: "picture.png",
        mimeType: "image/png",
        buffer: Buffer.from(picture, "base64"),
      });
      await expect(page.getByAltText("The picture that was sent")).toBeVisible();
      agentSays(server, "A brown rectangle.");
    },
  },
  {
    name: "largest-captions",
    show: async (page, server) => {
      await choose(page, { captionSize: 1.6 });
      await startTalk(page, server);
      sendTurns(server);
      sendTools(server);
    },
  },
];
