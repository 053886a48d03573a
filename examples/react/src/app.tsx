/** Talks with an agent: a button, the captions and a text field. */
import { useParley } from "@parley/client/react";

export function App({ url, agent }: { readonly url: string; readonly agent: string }) {
  const { call, state } = useParley({ url, agent });
  const isTalking = state.mic === "on" || state.mic === "muted";
  return (
    <main>
      <h1>Talk with the {agent}</h1>
      <p role="status">{state.speaking ? "speaking" : state.connection.status}</p>
      <button onClick={() => void (isTalking ? call.close() : call.start())}>
        {isTalking ? "Hang up" : "Start talking"}
      </button>
      <ol>
        {state.captions.list.map(({ id, side, text }) => (
          <li key={id}>{`${side}: ${text}`}</li>
        ))}
      </ol>
      <form action={(data) => void call.sendText(data.get("text") as string)}>
        <input name="text" aria-label="Message" required />
        <button>Send</button>
      </form>
      {state.notice && <p role="alert">{state.notice}</p>}
    </main>
  );
}
