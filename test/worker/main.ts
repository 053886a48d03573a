/** The Worker under test: the real one, with a conversation whose upstream is the test's. */
import type { Agent } from "../../src/agent/agent.ts";
import type { Config } from "../../src/config.ts";
import { Conversation as Real } from "../../src/conversation/conversation.ts";
import type { Fetch } from "../../src/upstream/endpoint.ts";
import type { Clock } from "../../src/conversation/clock.ts";
import type { Estate } from "../../src/conversation/migration.ts";
import {
  agentFor,
  retentionFor,
  clockFor,
  connectUpstream,
  importDelayFor,
  upstreamConfigFor,
} from "./upstreams.ts";

export { default, Directory, Ticket } from "../../src/index.ts";

export class Conversation extends Real {
  protected override agentOf(app: string | undefined): Agent {
    return agentFor(this.ctx.id.name ?? "") ?? super.agentOf(app);
  }

  protected override clock(): Clock {
    return clockFor(this.ctx.id.name ?? "") ?? super.clock();
  }

  protected override settings(): Config {
    const name = this.ctx.id.name ?? "";
    const settings = super.settings();
    const { upstream, timeouts } = settings;
    return {
      ...settings,
      upstream: upstreamConfigFor(name) ?? upstream,
      timeouts: retentionFor(name) ?? timeouts,
    };
  }

  // It is called from afar, where everything is a promise.
  // oxlint-disable-next-line typescript/no-misused-promises
  override async inherit(estate: Estate): Promise<void> {
    await importDelayFor(this.ctx.id.name ?? "", estate);
    super.inherit(estate);
  }

  protected override readonly reach: Fetch = (url, init) =>
    connectUpstream(this.ctx.id.name ?? "", url, init);
}
