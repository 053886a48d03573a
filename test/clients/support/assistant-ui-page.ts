/** Runs in the browser: assistant-ui's runtime for ADK servers, with its session list, as its documentation sets it up. */
import { AssistantRuntimeProvider, type AssistantRuntime } from "@assistant-ui/react";
import {
  createAdkSessionAdapter,
  createAdkStream,
  useAdkRuntime,
} from "@assistant-ui/react-google-adk";
import { createElement } from "react";
import { createRoot } from "react-dom/client";

export interface Server {
  readonly url: string;
  readonly token: string;
  readonly app: string;
  readonly user: string;
}

export interface Conversation {
  readonly session: string;
  /** Each as "role: text". */
  readonly messages: readonly string[];
}

/** Mounts the runtime, and returns it once it has the list of sessions. */
async function mount({ url, token, app, user }: Server): Promise<AssistantRuntime> {
  const headers = { authorization: `Bearer ${token}` };
  const stream = createAdkStream({ api: url, appName: app, userId: user, headers });
  const sessions = createAdkSessionAdapter({ apiUrl: url, appName: app, userId: user, headers });
  const mounted = Promise.withResolvers<AssistantRuntime>();
  const App = () => {
    const runtime = useAdkRuntime({
      stream,
      sessionAdapter: sessions.adapter,
      load: sessions.load,
    });
    mounted.resolve(runtime);
    return createElement(AssistantRuntimeProvider, { runtime });
  };
  createRoot(document.body.appendChild(document.createElement("div"))).render(createElement(App));
  const runtime = await mounted.promise;
  await runtime.threads.getLoadThreadsPromise();
  return runtime;
}

type Thread = AssistantRuntime["thread"];

/** Waits until the thread meets a condition. */
function until(thread: Thread, meets: (thread: Thread) => boolean): Promise<void> {
  return new Promise((resolve) => {
    const check = () => {
      if (!meets(thread)) return;
      stop();
      resolve();
    };
    const stop = thread.subscribe(check);
    check();
  });
}

const texts = (thread: Thread): string[] =>
  thread
    .getState()
    .messages.map(({ role, content }) =>
      [role, ...content.map((part) => (part.type === "text" ? part.text : part.type))].join(": "),
    );

const answered = (thread: Thread, count: number): boolean =>
  thread.getState().messages.filter(({ role }) => role === "assistant").length >= count &&
  !thread.getState().isRunning;

/** Asks in a new session. @returns its id, and the messages as the runtime shows them. */
async function ask(server: Server, question: string): Promise<Conversation> {
  const { thread, threads } = await mount(server);
  thread.append(question);
  await until(thread, (thread) => answered(thread, 1));
  return { session: threads.mainItem.getState().remoteId ?? "", messages: texts(thread) };
}

/** Lists the sessions and opens one of them. @returns the ids of all, and the stored messages. */
async function openSession(
  server: Server,
  session: string,
): Promise<{ sessions: readonly string[]; messages: string[] }> {
  const { threads } = await mount(server);
  const { threadIds } = threads.getState();
  await threads.switchToThread(session);
  await until(threads.main, (thread) => thread.getState().messages.length > 0);
  return { sessions: threadIds, messages: texts(threads.main) };
}

Object.assign(globalThis, { ask, openSession });
