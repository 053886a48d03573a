import { expect, test } from "vitest";
import { encodeQR } from "qr";
import { pathOf } from "../../../src/page/panels/qr-code.ts";
import { isLocalLink, sharedRoles, shareLink } from "../../../src/page/panels/share-link.ts";

const identity = { user: "ann", session: "one", agent: "guide" };
const page = { origin: "https://voice.example.com", pathname: "/" };

test("[PAGE102] a link names the conversation and the role, and nothing else of the page's address", () => {
  const url = "https://voice.example.com/?user=ann&session=one&agent=guide";
  expect(shareLink(page, identity, "listener")).toBe(`${url}&role=listener`);
  expect(shareLink(page, identity, "operator")).toBe(`${url}&role=operator`);
  expect(shareLink(page, identity, "speaker")).toBe(url);
});

test("[PAGE102] a client hands on its own role and lower ones", () => {
  expect(sharedRoles("operator")).toEqual(["listener", "speaker", "operator"]);
  expect(sharedRoles("speaker")).toEqual(["listener", "speaker"]);
  expect(sharedRoles("listener")).toEqual(["listener"]);
  expect(sharedRoles("observer")).toEqual(["listener"]);
});

test("[PAGE102] a link that only this machine can open is known", () => {
  expect(
    ["localhost", "127.0.0.1", "192.168.1.5"].map((hostname) => isLocalLink({ hostname })),
  ).toEqual([true, true, false]);
});

test("[PAGE102] the QR code is drawn module by module", () => {
  const rows = encodeQR(shareLink(page, identity, "listener"), "raw", { border: 4 });
  const drawn = rows.map((row) => row.map(() => false));
  for (const [, x, y, width] of pathOf(rows).matchAll(/M(\d+) (\d+)h(\d+)v1h-\d+z/g))
    for (let at = 0; at < Number(width); at++) {
      const row = drawn[Number(y)];
      if (row) row[Number(x) + at] = true;
    }
  expect(drawn).toEqual(rows);
});
