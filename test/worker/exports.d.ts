/** The Worker under test, so that `exports.default` has its type. */
declare namespace Cloudflare {
  interface GlobalProps {
    mainModule: typeof import("./main.ts");
  }
}
