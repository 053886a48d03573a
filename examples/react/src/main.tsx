/** The example's page: `?url=` and `?agent=` name the server and the agent. */
import { createRoot } from "react-dom/client";
import { App } from "./app.tsx";

const query = new URLSearchParams(location.search);
const root = document.querySelector("#root");
if (root)
  createRoot(root).render(
    <App
      url={query.get("url") ?? "http://localhost:8787"}
      agent={query.get("agent") ?? "assistant"}
    />,
  );
