/** Gives the listeners of a call what the connection reports, by the name of the event. */
import type { CallEvents } from "./call-events.ts";
import type { ConnectionEvent, ReceivedEvent } from "./connection/connection.ts";
import type { Listeners } from "./listeners.ts";
import { toolActivity } from "./tool-activity.ts";

export function publish(event: ConnectionEvent, listeners: Listeners<CallEvents>): void {
  switch (event.kind) {
    case "audio":
      return listeners.emit("audio", event);
    case "transcript":
      return listeners.emit("transcript", event);
    case "token":
      return listeners.emit("token", event);
    case "budget":
      return listeners.emit("budget", event);
    case "usage":
      return listeners.emit("usage", event.tokens);
    case "participants":
      return listeners.emit("participants", event.participants);
    case "adkEvent":
      return publishAdkEvent(event, listeners);
    default:
  }
}

function publishAdkEvent(received: ReceivedEvent, listeners: Listeners<CallEvents>): void {
  listeners.emit("event", received);
  if (received.replayed) return;
  for (const tool of toolActivity(received.event)) listeners.emit("tool", tool);
}
