/** `@parley/client/react`: the example app, and the component. */
import { join } from "node:path";
import { build } from "esbuild";
import { OtherOrigin } from "./support/other-origin.ts";
import { expect, test } from "./support/test.ts";

const root = join(import.meta.dirname, "../..");

/** @param source of a module of the example's folder. */
async function bundle(source: string): Promise<string> {
  const { outputFiles } = await build({
    stdin: { contents: source, resolveDir: join(root, "examples/react/src"), loader: "tsx" },
    bundle: true,
    format: "esm",
    write: false,
    jsx: "automatic",
    alias: { "@parley/client/react": join(root, "packages/client/src/react.ts") },
    tsconfig: join(root, "examples/react/tsconfig.json"),
    define: { "process.env.NODE_ENV": '"development"' },
  });
  return outputFiles[0]?.text ?? "";
}

const pageWith = (script: string): string =>
  `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>React</title></head><body><div id="root"></div>
  <script type="module">${script.replaceAll("</script", String.raw`<\/script`)}</script></body></html>`;

let site: OtherOrigin;
test.beforeEach(async () => {
  site = await OtherOrigin.open();
  // The worklets' files; in the package their code is inside.
  site.content.folder = join(root, "public");
});
test.afterEach(() => site.close());

test("[PKG14] the example app of thirty lines shows a conversation and talks", async ({
  page,
  fakeServer,
}) => {
  site.content.html = pageWith(await bundle('import "./main.tsx";'));
  await page.goto(`${site.origin}/?url=${fakeServer.url}&agent=guide`);
  await page.getByRole("textbox", { name: "Message" }).fill("Hello.");
  await page.getByRole("button", { name: "Send" }).click();
  await expect(page.getByRole("listitem")).toHaveText(["user: Hello."]);
  // The list shows a message before it is sent; an event before the connection would come first.
  await expect.poll(() => fakeServer.texts).toEqual(["Hello."]);
  fakeServer.sendEvent({ author: "guide", outputTranscription: { text: "Hi!", finished: true } });
  await expect(page.getByRole("listitem")).toHaveText(["user: Hello.", "agent: Hi!"]);
  await page.getByRole("button", { name: "Start talking" }).click();
  await expect(page.getByRole("button", { name: "Hang up" })).toBeVisible();
  expect(fakeServer.requestedUrls[0]).toMatch(/^\/ws\/guest-.*agent=guide/u);
});

test("[PKG14] a component in strict mode ends its call when it is unmounted, and another opens it again", async ({
  page,
  fakeServer,
}) => {
  site.content.html = pageWith(
    await bundle(`import { StrictMode, useEffect, useState } from "react";
      import { createRoot } from "react-dom/client";
      import { ParleyCall, useParley } from "@parley/client/react";
      function Talk() {
        const { call, state } = useParley({ url: "${fakeServer.url}", agent: "guide" });
        useEffect(() => call.open(), [call]);
        return <p role="status">{state.connection.status}</p>;
      }
      function Page() {
        const [shown, show] = useState(true);
        return <>{shown && <Talk />}<button onClick={() => show(!shown)}>Toggle</button>
          <ParleyCall src="${fakeServer.url}" mode="inline" lang="en" /></>;
      }
      createRoot(document.querySelector("#root")).render(<StrictMode><Page /></StrictMode>);`),
  );
  await page.goto(site.origin);
  await expect(page.getByRole("status").first()).toHaveText("open");
  await expect(page.getByRole("region", { name: "Voice assistant" })).toBeVisible();
  await page.getByRole("button", { name: "Toggle" }).click();
  await expect.poll(() => fakeServer.sockets).toBe(0);
  await page.getByRole("button", { name: "Toggle" }).click();
  await expect.poll(() => fakeServer.sockets).toBe(1);
});
