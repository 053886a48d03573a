/** Pictures that the user sends: from a file, by paste, by drop. */
import type { Page } from "@playwright/test";
import { startConversation } from "./support/conversation.ts";
import type { FakeServer } from "./support/fake-server.ts";
import { expect, test } from "./support/test.ts";

/** A PNG of one colour. */
const createPng = (page: Page, width: number, height: number) =>
  page.evaluate(
    async ([width, height]) => {
      const canvas = new OffscreenCanvas(width, height);
      canvas.getContext("2d")?.fillRect(0, 0, 10, 10);
      return [...new Uint8Array(await (await canvas.convertToBlob()).arrayBuffer())];
    },
    [width, height] as const,
  );

const images = ({ frames }: FakeServer) =>
  frames.filter((frame) => "type" in frame && frame["type"] === "image") as {
    data: string;
    mimeType: string;
  }[];

const sizeOf = (page: Page, base64: string) =>
  page.evaluate(async (data) => {
    const bytes = Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0));
    const { width, height } = await createImageBitmap(new Blob([bytes], { type: "image/jpeg" }));
    return [width, height];
  }, base64);

test("[PAGE106] a file is sent as a JPEG that is not too large, and shown", async ({
  page,
  fakeServer,
}) => {
  await startConversation(page, fakeServer);
  const buffer = Buffer.from(await createPng(page, 3_072, 1_000));
  const input = page.getByLabel("Send a picture");
  await input.setInputFiles({ name: "mug.png", mimeType: "image/png", buffer });
  await expect(page.getByRole("img", { name: "The picture that was sent" })).toBeVisible();
  await expect.poll(() => images(fakeServer).length).toBe(1);
  const [image] = images(fakeServer);
  expect(image?.mimeType).toBe("image/jpeg");
  expect(await sizeOf(page, image?.data ?? "")).toEqual([1_536, 500]);
});

test("[PAGE106] a picture can be pasted and dropped", async ({ page, fakeServer }) => {
  await startConversation(page, fakeServer);
  const png = await createPng(page, 20, 10);
  await page.evaluate((png) => {
    const transfer = new DataTransfer();
    transfer.items.add(new File([new Uint8Array(png)], "a.png", { type: "image/png" }));
    document.dispatchEvent(new ClipboardEvent("paste", { clipboardData: transfer }));
    document.body.dispatchEvent(new DragEvent("drop", { dataTransfer: transfer, bubbles: true }));
  }, png);
  await expect.poll(() => images(fakeServer).length).toBe(2);
});

test("[PAGE106] a picture that cannot be read, or sent, is reported", async ({
  page,
  fakeServer,
}) => {
  await page.goto(fakeServer.url);
  const input = page.getByLabel("Send a picture");
  const buffer = Buffer.from("no picture");
  await input.setInputFiles({ name: "mug.png", mimeType: "image/png", buffer });
  await expect(page.getByText(/cannot read this picture/)).toBeVisible();
  const png = Buffer.from(await createPng(page, 20, 10));
  await input.setInputFiles({ name: "mug.png", mimeType: "image/png", buffer: png });
  await expect(page.getByText(/The picture was not sent/)).toBeVisible();
  expect(images(fakeServer)).toEqual([]);
});
