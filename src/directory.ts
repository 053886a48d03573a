/**
 * The directory: a Durable Object for each (app, user), which knows the user's conversations and the
 * `user:` state they share. What everybody shares (`app:`) is in the directory of the user "*".
 *
 *     conversations ── note ──► directory ◄── list, state ── conversations, session routes
 *
 * Nothing on the audio path waits for it: a conversation reads its own copy, and writes here afterwards.
 */
import { DurableObject } from "cloudflare:workers";
import { jurisdictionOf } from "./config.ts";
import type { Entry, Listing, Note } from "./core/adk/session-summary.ts";
import type { Shared } from "./core/adk/session-state.ts";
import { within } from "./placement.ts";
import { Artifacts } from "./store/artifacts.ts";
import { directoryTables } from "./store/schema-migrations.ts";
import { Shelf } from "./store/directory-store.ts";

export class Directory extends DurableObject<Env> {
  readonly #shelf = new Shelf(this.ctx.storage);
  readonly #artifacts = new Artifacts(this.ctx.storage, directoryTables);

  /** All of a note is kept, or nothing. */
  note({ entry, state }: Note): void {
    this.ctx.storage.transactionSync(() => {
      if (entry) this.#shelf.put(entry);
      if (state) this.#shelf.change(state);
    });
  }

  remove(session: string): void {
    this.#shelf.remove(session);
  }

  entries(): Entry[] {
    return this.#shelf.entries();
  }

  state(): Record<string, unknown> {
    return this.#shelf.state();
  }

  /** The user's own files. */
  artifacts(): Artifacts {
    return this.#artifacts;
  }
}

/** No user may be called "*" (access/identity.ts), so nobody can come in by the app's. */
export const directoryOf = (env: Pick<Env, "DIRECTORY">, app: string, user: string): Listing =>
  within<Listing>(env.DIRECTORY, jurisdictionOf(env)).getByName(JSON.stringify([app, user]));

export const directoryFor = (
  env: Pick<Env, "DIRECTORY">,
  scope: Shared,
  { app, user }: { readonly app: string; readonly user: string },
): Listing => directoryOf(env, app, scope === "app" ? "*" : user);
