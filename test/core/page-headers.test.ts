import { expect, it } from "vitest";
import { headersOf } from "../support/page-headers.ts";

it.each(["/", "/anything.html", "/dev-ui/index.html", "/dev-ui/assets/x.html"])(
  "[PKG16] no file that is a page may be in a frame: %s",
  (path) => {
    expect(headersOf(path).get("Content-Security-Policy")).toContain("frame-ancestors 'none'");
  },
);
