/** The Worker under test, so that `exports.default` has its type. */
import type * as main from "./main.ts";

declare global {
  namespace Cloudflare {
    interface GlobalProps {
      mainModule: typeof main;
    }
  }
}
