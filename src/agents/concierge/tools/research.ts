/**
 * A streaming tool that researches a present: several searches, then a comparison.
 *
 *   search the topic ─► search each of its terms ─► search the best products' motifs ─► a shortlist, with reasons
 */
import * as z from "zod";
import { streamingTool } from "../../../agent/tool.ts";
import { databaseOf } from "../shop/database.ts";
import { search, type Item, type SearchFilters } from "../shop/search.ts";
import { keys, knownAge, showTiles, itemForModel } from "../shop/shopper-state.ts";
import { ageIn, searchTermsOf } from "../shop/search-terms.ts";

const shortlistLength = 3;

export const deepResearch = streamingTool({
  name: "deep_research",
  description:
    "Thorough research and comparison across the whole shop, with progress and a reasoned shortlist at the end. For people who say: compare, advise me, research, take your time.",
  parameters: () =>
    z.object({
      topic: z.string().min(1).describe("What is wanted, for whom, what they like."),
      max_price: z.number().positive().optional().describe("Only what costs less, in dollars."),
      for_age: z.int().min(0).max(120).optional().describe("How old the receiver is, in years."),
    }),
  scheduling: "WHEN_IDLE",
  async *run({ topic, max_price: below, for_age }, { env, state, signal }) {
    const database = databaseOf(env);
    const age = for_age ?? ageIn(topic) ?? knownAge(state);
    if (age !== undefined) state.set(keys.age, age);
    const pool = new Map<string, Candidate>();
    let searches = 0;
    const searchFor = async (filters: SearchFilters, weight: number): Promise<void> => {
      const { items } = await search(database, { below, age, ...filters });
      searches++;
      for (const [at, item] of items.entries()) addScore(pool, item, weight * (1 - at / 40));
    };
    await searchFor({ query: topic }, 3);
    for (const term of searchTermsOf(topic)) await searchFor({ query: term }, 1);
    yield { progress: `${searches} searches made, and ${pool.size} things are worth a look.` };
    if (signal.aborted) return;
    for (const motif of likedMotifs(pool)) await searchFor({ query: motif }, 0.7);
    const list = shortlist([...pool.values()]);
    showTiles(
      state,
      list.map(({ item }) => item),
    );
    yield {
      message: reportOf(searches, pool.size, list),
      shortlist: list.map(({ item, reason }) => ({ ...itemForModel(item), reason })),
    };
  },
});

interface Candidate {
  readonly item: Item;
  readonly score: number;
}

interface Choice {
  readonly item: Item;
  readonly reason: string;
}

/** The scores of several searches add up. */
function addScore(pool: Map<string, Candidate>, item: Item, score: number): void {
  pool.set(item.id, { item, score: (pool.get(item.id)?.score ?? 0) + score });
}

/** The motifs of the five best products, without duplicates. */
function likedMotifs(pool: ReadonlyMap<string, Candidate>): string[] {
  const best = ranked([...pool.values()]).slice(0, 5);
  return [...new Set(best.map(({ item }) => item.motif))];
}

const ranked = (all: readonly Candidate[]): Candidate[] =>
  all.toSorted((a, b) => b.score - a.score || a.item.price - b.item.price);

/** The best product, a good cheaper one, and one of another category: each of another kind. */
function shortlist(all: readonly Candidate[]): Choice[] {
  const [best, ...rest] = ranked(all).map(({ item }) => item);
  if (!best) return [];
  const other = rest.filter(({ thing }) => thing !== best.thing);
  const saving = other.slice(0, 20).find(({ price }) => price < best.price * 0.75);
  const surprise = other.find(
    ({ category, thing }) => category !== best.category && thing !== saving?.thing,
  );
  return [
    { item: best, reason: "fits best" },
    ...(saving ? [{ item: saving, reason: "costs less and still fits" }] : []),
    ...(surprise ? [{ item: surprise, reason: "is something different" }] : []),
  ].slice(0, shortlistLength);
}

function reportOf(searches: number, seen: number, list: readonly Choice[]): string {
  if (list.length === 0) return `I made ${searches} searches and found nothing that fits.`;
  const choices = list.map(
    ({ item, reason }) => `the ${item.name} for $${item.price.toFixed(2)} ${reason}`,
  );
  return `I compared ${seen} things from ${searches} searches: ${choices.join("; ")}.`;
}
