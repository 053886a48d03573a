/** The Worker under test: the real one, with a conversation whose platform is the test's. */
import type { Platform } from "../../src/conversation/context.ts";
import { Overload } from "../../src/core/policy/overload.ts";
import { Conversation as Real } from "../../src/conversation/conversation.ts";
import type { MigrationPart } from "../../src/conversation/migration.ts";
import {
  admissionFor,
  agentFor,
  authFor,
  budgetsFor,
  clockFor,
  connectUpstream,
  limitsFor,
  overloadFor,
  importDelayFor,
  retentionFor,
  upstreamConfigFor,
  upstreamModelFor,
} from "./upstreams.ts";

import { Directory as RealDirectory } from "../../src/directory.ts";
import { EphemeralTokenStore as RealTokenStore } from "../../src/ephemeral-token.ts";
import { SessionAdmission as RealAdmission } from "../../src/session-admission.ts";
import { watchStorage } from "./secret-watch.ts";

export { default } from "../../src/index.ts";

export class SessionAdmission extends RealAdmission {
  constructor(object: DurableObjectState, env: Env) {
    watchStorage(object.storage);
    super(object, env);
  }
}

export class Directory extends RealDirectory {
  constructor(object: DurableObjectState, env: Env) {
    watchStorage(object.storage);
    super(object, env);
  }
}

export class EphemeralTokenStore extends RealTokenStore {
  constructor(object: DurableObjectState, env: Env) {
    watchStorage(object.storage);
    super(object, env);
  }
}

export class Conversation extends Real {
  constructor(object: DurableObjectState, env: Env) {
    watchStorage(object.storage);
    super(object, env);
  }

  protected override platform(): Platform {
    const real = super.platform();
    const name = this.ctx.id.name ?? "";
    return {
      get clock() {
        return clockFor(name) ?? real.clock;
      },
      overload: overloadFor(name) ?? new Overload(),
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
          admission: admissionFor(name),
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
