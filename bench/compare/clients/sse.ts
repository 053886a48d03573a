/** ADK's SSE sample: one request for each microphone frame, and a stream of events down. */
import { Agent, request, type IncomingMessage, type RequestOptions } from "node:http";
import { once } from "node:events";
import type { Connect } from "./client.ts";
import { CountedSockets } from "./counted-sockets.ts";
import { readBase64 } from "./websocket.ts";

export const connectSse: Connect = async (url, conversation, receiver) => {
  const sockets = new CountedSockets();
  // One socket for all of a client's microphone frames keeps their order.
  const agents = [new Agent(), new Agent({ keepAlive: true, maxSockets: 1 })] as const;
  for (const agent of agents) agent.createConnection = (options) => sockets.open(options);
  const base = url.replace(/^ws/, "http");
  const options: RequestOptions = { agent: agents[0] };
  const get = request(`${base}/events/${conversation}/bench?is_audio=true`, options).end();
  const [response] = (await once(get, "response")) as [IncomingMessage];
  let closed = false;
  const lost = (reason: string): void => {
    if (!closed) receiver.onClosed(reason);
    closed = true;
  };
  let text = "";
  response.setEncoding("utf8").on("data", (more: string) => {
    text += more;
    const events = text.split("\n\n");
    text = events.pop() ?? "";
    for (const event of events)
      if (event.includes('"audio/pcm"')) readBase64(event.slice(event.indexOf(",")), receiver);
  });
  response.on("close", () => lost("the stream ended"));
  return {
    send(pcm) {
      const data = Buffer.from(pcm.buffer, pcm.byteOffset, pcm.byteLength).toString("base64");
      const post = request(`${base}/send/${conversation}/bench`, {
        method: "POST",
        agent: agents[1],
        headers: { "content-type": "application/json" },
      });
      post.on("response", (answer) => answer.resume());
      post.on("error", (error) => lost(error.message));
      post.end(`{"mime_type":"audio/pcm","data":"${data}"}`);
    },
    wireBytes: () => sockets.bytes(),
    close() {
      closed = true;
      sockets.close();
    },
  };
};
