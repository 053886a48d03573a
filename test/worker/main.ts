/** The Worker under test: the real one, with a conversation whose upstream is the test's. */
import type { Agent } from "../../src/agent/agent.ts";
import { Conversation as Real } from "../../src/conversation.ts";
import type { Fetch } from "../../src/upstream/upstream.ts";
import type { Bounds } from "../../src/conversation/lifetime.ts";
import type { Clock } from "../../src/conversation/clock.ts";
import { agentFor, boundsFor, clockFor, dial } from "./upstreams.ts";

export { default, Directory } from "../../src/index.ts";

export class Conversation extends Real {
  protected override agentOf(app: string | undefined): Agent {
    return agentFor(this.ctx.id.name ?? "") ?? super.agentOf(app);
  }

  protected override clock(): Clock {
    return clockFor(this.ctx.id.name ?? "") ?? super.clock();
  }

  protected override bounds(): Bounds {
    return boundsFor(this.ctx.id.name ?? "") ?? super.bounds();
  }

  protected override readonly reach: Fetch = (url, init) => dial(this.ctx.id.name ?? "", url, init);
}
