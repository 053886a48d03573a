/** The Worker under test: the real one, with a conversation whose platform is the test's. */
import type { Platform } from "../../src/conversation/context.ts";
import { Conversation as Real } from "../../src/conversation/conversation.ts";
import type { MigrationPart } from "../../src/conversation/migration.ts";
import {
  agentFor,
  authFor,
  budgetsFor,
  clockFor,
  connectUpstream,
  limitsFor,
  importDelayFor,
  retentionFor,
  upstreamConfigFor,
  upstreamModelFor,
} from "./upstreams.ts";

export { default, Directory, EphemeralTokenStore } from "../../src/index.ts";

export class Conversation extends Real {
  protected override platform(): Platform {
    const real = super.platform();
    const name = this.ctx.id.name ?? "";
    return {
      get clock() {
        return clockFor(name) ?? real.clock;
      },
      fetch: (url, init) => connectUpstream(name, url, init),
      config: () => {
        const config = real.config();
        return {
          ...config,
          auth: authFor(name) ?? config.auth,
          upstream: upstreamConfigFor(name) ?? config.upstream,
          upstreamModel: upstreamModelFor(name) ?? config.upstreamModel,
          budgets: budgetsFor(name) ?? config.budgets,
          timeouts: retentionFor(name) ?? config.timeouts,
          limits: { ...config.limits, ...limitsFor(name) },
        };
      },
      agentNamed: (app) => agentFor(name) ?? real.agentNamed(app),
    };
  }

  // The other object calls it by RPC, where everything is a promise.
  // oxlint-disable-next-line typescript/no-misused-promises
  override async takeOver(part: MigrationPart): Promise<void> {
    await importDelayFor(this.ctx.id.name ?? "", part);
    super.takeOver(part);
  }
}
