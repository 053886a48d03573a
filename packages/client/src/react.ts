/** `@parley/client/react`: a call as a hook, and `<parley-call>` as a component. */
import { createElement, useEffect, useRef, useState, useSyncExternalStore } from "react";
import type { ReactElement } from "react";
import type { Call } from "./call.ts";
import type { CallState } from "./call-state.ts";
import { createCall, type ConnectOptions } from "./connect.ts";

export interface ParleyHook {
  readonly call: Call;
  readonly state: CallState;
}

/**
 * A call that lives as long as the component, and its state. Connects by `call.start()`, `call.open()` or
 * `call.sendText()`.
 * @param options of the first render. Give the component a `key` to begin another conversation.
 */
export function useParley(options: ConnectOptions = {}): ParleyHook {
  const latest = useRef(options);
  latest.current = options;
  const [call] = useState(() => {
    const { getToken } = options;
    return createCall({
      ...options,
      ...(getToken && { getToken: () => latest.current.getToken?.() }),
    });
  });
  const [subscribe] = useState(() => (changed: () => void) => call.on("state", changed));
  const read = (): CallState => call.state;
  const state = useSyncExternalStore(subscribe, read, read);
  // A closed call opens again: React's strict mode unmounts and mounts once more.
  useEffect(() => () => void call.close(), [call]);
  return { call, state };
}

export interface ParleyCallProps {
  readonly src?: string;
  readonly agent?: string;
  readonly user?: string;
  readonly session?: string;
  readonly tokenUrl?: string;
  readonly mode?: "floating" | "inline";
  readonly lang?: string;
  readonly className?: string;
}

/** `<parley-call>`. Its script is loaded in the browser alone. */
export function ParleyCall({ tokenUrl, className, ...attributes }: ParleyCallProps): ReactElement {
  useEffect(() => void import("./element.ts"), []);
  return createElement("parley-call", {
    ...attributes,
    ...(tokenUrl !== undefined && { "token-url": tokenUrl }),
    ...(className !== undefined && { class: className }),
  });
}
