import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import app from "../../src/index.ts";

const policy = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'";
const ASSETS = {
  fetch: async () =>
    new Response("<html>", { headers: { "content-security-policy": policy, etag: '"1"' } }),
};

const pageWith = (FRAME_ANCESTORS?: string) =>
  app.fetch(new Request("http://localhost:8787/?agent=a"), { ...env, ASSETS, FRAME_ANCESTORS });

it("[PKG16] the page may be in a frame of the origins that are listed", async () => {
  const response = await pageWith("https://shop.example/, https://www.shop.example");
  expect(response.headers.get("content-security-policy")).toBe(
    "default-src 'none'; frame-ancestors https://shop.example https://www.shop.example; base-uri 'none'",
  );
  expect(response.headers.get("etag")).toBe('"1"');
  expect(await response.text()).toBe("<html>");
});

it.each([
  undefined,
  "",
  "*",
  "https://*.shop.example",
  "https://shop.example; script-src *",
  "shop.example",
  "https://ok.example, nonsense",
])("[PKG16] without a list of origins (%j) it may be in none", async (setting) => {
  const response = await pageWith(setting);
  expect(response.headers.get("content-security-policy")).toBe(policy);
});
