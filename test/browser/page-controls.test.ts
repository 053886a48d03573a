/** Keyboard, notices, tokens and the operator's controls. */
import { startConversation } from "./support/conversation.ts";
import { openPanel } from "./support/drawer.ts";
import { pageStates } from "./support/page-states.ts";
import { expect, test } from "./support/test.ts";

test("[PAGE128] space mutes after the round button was clicked, and unmutes", async ({
  page,
  fakeServer,
}) => {
  await startConversation(page, fakeServer);
  await page.keyboard.press("Space");
  await expect(page.getByText("Muted")).toBeVisible();
  await page.keyboard.press("Space");
  await expect(page.getByText("Listening")).toBeVisible();
  const mutes = fakeServer.frames.filter((frame) => "on" in frame).map((frame) => frame);
  expect(mutes).toEqual([
    { type: "mute", on: true },
    { type: "mute", on: false },
  ]);
});

test("[PAGE139] a question mark lists the shortcuts, except in a text box", async ({
  page,
  fakeServer,
}) => {
  await page.goto(fakeServer.url);
  await page.getByRole("textbox", { name: "Message" }).press("?");
  const dialog = page.getByRole("dialog", { name: "Keyboard shortcuts" });
  await expect(dialog).toBeHidden();
  await page.getByRole("button", { name: "Camera" }).focus();
  await page.keyboard.press("?");
  await expect(dialog).toContainText("Mute and unmute");
  await page.keyboard.press("Escape");
  await expect(dialog).toBeHidden();
});

test("[PAGE154] a button of the settings lists the shortcuts and names their key", async ({
  page,
  fakeServer,
}) => {
  await page.goto(fakeServer.url);
  const drawer = await openPanel(page, "Settings");
  const button = drawer.getByRole("button", { name: "Keyboard shortcuts ?" });
  await button.click();
  const dialog = page.getByRole("dialog", { name: "Keyboard shortcuts" });
  await expect(dialog).toContainText("Mute and unmute");
  await page.keyboard.press("Escape");
  await expect(dialog).toBeHidden();
  await expect(button).toBeFocused();
});

test("[PAGE134] a notice goes when its cause is gone, and leaves the header free", async ({
  page,
  fakeServer,
}) => {
  await page.setViewportSize({ width: 360, height: 740 });
  await startConversation(page, fakeServer);
  fakeServer.sendEvent({ errorCode: "QUOTA", errorMessage: "The quota is used up." });
  const notice = page.getByRole("alert").locator(".notice").filter({ hasText: "quota" });
  await expect(notice).toBeVisible();
  const [header, box] = await Promise.all([
    page.locator("header").boundingBox(),
    notice.boundingBox(),
  ]);
  expect(box?.y).toBeGreaterThanOrEqual((header?.y ?? 0) + (header?.height ?? 0));
  fakeServer.sendTone(1);
  await expect(notice).toBeHidden();
});

test("[PAGE134] the notice about a microphone goes once the microphone is on", async ({
  page,
  fakeServer,
}) => {
  await page.addInitScript(() => {
    const original = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
    let calls = 0;
    navigator.mediaDevices.getUserMedia = (constraints) =>
      calls++ === 0
        ? Promise.reject(new DOMException("no", "NotFoundError"))
        : original(constraints);
  });
  await page.goto(fakeServer.url);
  await page.getByRole("button", { name: "Start talking" }).click();
  await expect(page.getByRole("alert").getByText("No microphone was found")).toBeVisible();
  await page.getByRole("button", { name: "Start talking" }).click();
  await expect(page.getByText("Listening")).toBeVisible();
  await expect(page.getByText("No microphone was found")).toBeHidden();
});

test("[PAGE135] a refused token leaves a place for another, which connects", async ({
  page,
  fakeServer,
}) => {
  await pageStates.find(({ name }) => name === "token-refused")?.show(page, fakeServer);
  fakeServer.refusal = undefined;
  await page.getByRole("textbox", { name: "Token" }).fill("new.token.here");
  await page.getByRole("button", { name: "Connect" }).click();
  await expect(page.getByText("Listening")).toBeVisible();
  await expect(page.getByRole("textbox", { name: "Token" })).toHaveCount(0);
  expect(await page.evaluate(() => sessionStorage.getItem("parley.token"))).toBe("new.token.here");
});

test("[PAGE137] an operator removes one participant after a question", async ({
  page,
  fakeServer,
}) => {
  await pageStates.find(({ name }) => name === "approval")?.show(page, fakeServer);
  await page.getByRole("button", { name: "2 here" }).click();
  const people = page.getByRole("dialog", { name: "People here" });
  await expect(people.getByRole("button", { name: "Remove You" })).toHaveCount(0);
  await people.getByRole("button", { name: "Remove Ann" }).click();
  const keep = people.getByRole("button", { name: "Keep" });
  await expect(keep).toBeFocused();
  await keep.click();
  await people.getByRole("button", { name: "Remove Ann" }).click();
  await page.screenshot({ path: test.info().outputPath("removal.png") });
  expect(fakeServer.frames).toEqual([]);
  await people.getByRole("button", { name: "Remove", exact: true }).click();
  await expect.poll(() => fakeServer.frames).toEqual([{ type: "remove", who: "p2" }]);
});

test("[PAGE137] an operator mutes one participant and ends for all after a question", async ({
  page,
  fakeServer,
}) => {
  await pageStates.find(({ name }) => name === "approval")?.show(page, fakeServer);
  await page.getByRole("button", { name: "2 here" }).click();
  await page.getByRole("button", { name: "Mute Ann" }).click();
  await page.getByRole("button", { name: "End for all" }).click();
  await page.getByRole("button", { name: "End it" }).click();
  await expect
    .poll(() => fakeServer.frames.filter((frame) => "type" in frame))
    .toEqual([{ type: "mute", on: true, who: "p2" }, { type: "end" }]);
});

test("[PAGE137] a speaker sees who is there and has no controls over others", async ({
  page,
  fakeServer,
}) => {
  await pageStates.find(({ name }) => name === "participants")?.show(page, fakeServer);
  await page.getByRole("button", { name: "2 here" }).click();
  const people = page.getByRole("dialog", { name: "People here" });
  await expect(people).toContainText("Operator");
  await expect(people.getByRole("button")).toHaveCount(0);
});

test("[PAGE138] an approval card says who asks and how long, below the transcript", async ({
  page,
  fakeServer,
}) => {
  await pageStates.find(({ name }) => name === "approval")?.show(page, fakeServer);
  const card = page.getByRole("group", { name: "Approval" });
  await expect(card).toContainText("Teller wants to transfer 80 euros to Bob.");
  await expect(card.getByRole("timer")).toHaveText(/^(2:00|1:5\d) left$/);
  await expect(card.getByRole("timer")).not.toHaveAttribute("urgent");
  const [transcript, box] = await Promise.all([
    page.locator("parley-transcript").boundingBox(),
    card.boundingBox(),
  ]);
  expect(box?.y).toBeGreaterThanOrEqual((transcript?.y ?? 0) + (transcript?.height ?? 0));
});

test("[PAGE140] the picture that was sent last stands beside the camera's", async ({
  page,
  fakeServer,
}) => {
  await startConversation(page, fakeServer);
  await page.getByRole("button", { name: "Camera" }).click();
  const sent = page.getByAltText("The picture that was sent last");
  await expect(sent).toBeVisible();
  const width = await sent.evaluate((image: HTMLImageElement) => image.naturalWidth);
  expect(width).toBeGreaterThan(0);
});

test("[AUDIO43] one tap changes from the camera to the screen and back, and a dialog that the user closes changes nothing", async ({
  page,
  fakeServer,
}) => {
  await page.addInitScript(() => {
    let asked = 0;
    navigator.mediaDevices.getDisplayMedia = async () => {
      await new Promise((resolve) => setTimeout(resolve, 200));
      if (++asked === 1) throw new DOMException("closed", "NotAllowedError");
      const canvas = Object.assign(document.createElement("canvas"), { width: 640, height: 360 });
      setInterval(() => canvas.getContext("2d")?.fillRect(0, 0, 640, 360), 50);
      return canvas.captureStream();
    };
  });
  await startConversation(page, fakeServer);
  const [camera, screen] = ["Camera", "Screen"].map((name) =>
    page.getByRole("button", { name, exact: true }),
  );
  const preview = page.locator("figure.camera");
  const shape = () =>
    preview
      .locator("video")
      .evaluate(({ videoWidth, videoHeight }: HTMLVideoElement) => videoWidth / videoHeight);
  const pressed = async () => [
    await camera?.getAttribute("aria-pressed"),
    await screen?.getAttribute("aria-pressed"),
  ];
  await camera?.click();
  await expect(preview).toHaveAttribute("data-front", "true");
  const cameraShape = await shape();

  await screen?.click();
  await expect(preview.locator("video")).toBeVisible();
  await expect(page.getByText(/The screen is not shared/)).toBeVisible();
  expect(await pressed()).toEqual(["true", "false"]);
  expect(await shape()).toBe(cameraShape);

  await screen?.click();
  await expect(preview).toHaveAttribute("data-front", "false");
  await expect.poll(pressed).toEqual(["false", "true"]);
  await expect.poll(shape).toBeCloseTo(640 / 360, 2);

  await camera?.click();
  await expect(preview).toHaveAttribute("data-front", "true");
  await expect.poll(pressed).toEqual(["true", "false"]);
  await expect.poll(shape).toBe(cameraShape);
  await expect(preview.locator("video")).toHaveCount(1);
});

test("[PAGE151] a shared screen is shown and sent, until it is stopped by the button or by the browser", async ({
  page,
  fakeServer,
}) => {
  // In place of the browser's dialog: a canvas that is drawn on.
  await page.addInitScript(() => {
    navigator.mediaDevices.getDisplayMedia = async () => {
      const canvas = Object.assign(document.createElement("canvas"), { width: 640, height: 360 });
      setInterval(() => canvas.getContext("2d")?.fillRect(0, 0, 640, 360), 50);
      const stream = canvas.captureStream();
      Object.assign(globalThis, {
        stopSharing: () => stream.getTracks()[0]?.dispatchEvent(new Event("ended")),
      });
      return stream;
    };
  });
  await startConversation(page, fakeServer);
  const button = page.getByRole("button", { name: "Screen", exact: true });
  await button.click();
  await expect(button).toHaveAttribute("aria-pressed", "true");
  await expect(page.locator("figure.camera video")).toBeVisible();
  await expect
    .poll(() => fakeServer.frames.some((frame) => "type" in frame && frame["type"] === "image"))
    .toBe(true);
  await button.click();
  await expect(page.locator("figure.camera")).toHaveCount(0);
  await button.click();
  await expect(page.locator("figure.camera video")).toBeVisible();
  await page.evaluate("stopSharing()");
  await expect(button).toHaveAttribute("aria-pressed", "false");
});
