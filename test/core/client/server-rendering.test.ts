/** The package where there is no page: on a server that renders it, and in Node. */
import { createElement } from "react";
import { renderToString } from "react-dom/server";
import { describe, expect, test } from "vitest";
import { connect, createCall } from "../../../packages/client/src/index.ts";
import { useParley } from "../../../packages/client/src/react.ts";
import { eventually } from "../../support/eventually.ts";

describe("[PKG26] a server renders a component with useParley", () => {
  test.each([
    ["without options", {}],
    ["with worklets and a token", { worklets: "/worklets/", token: "a.b.c" }],
    ["with every device", { devices: { microphone: "one" }, turnTaking: "detection", opus: true }],
  ] as const)("%s", (_name, options) => {
    function Talk() {
      const { state } = useParley(options);
      return createElement("p", undefined, state.connection.status);
    }
    expect(renderToString(createElement(Talk))).toBe("<p>closed</p>");
  });

  test("a call that is opened there says that it has no server to connect to", async () => {
    expect(() => connect()).toThrow(/There is no page to take the server from/u);
    const call = createCall();
    const errors: string[] = [];
    call.on("error", ({ message }) => errors.push(message));
    call.open();
    await eventually(() => expect(call.state.connection.status).toBe("closed"));
    expect(errors).toEqual([expect.stringMatching(/There is no page to take the server from/u)]);
  });
});
