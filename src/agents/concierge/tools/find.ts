/** The tools that search the catalogue, refine the last search, and show products on the page. */
import * as z from "zod";
import { tool, type State } from "../../../agent/tool.ts";
import { categories } from "../catalogue/kinds.ts";
import { databaseOf } from "../shop/database.ts";
import { resolveItem } from "../shop/references.ts";
import { search, type SearchResult, type Item, type SearchFilters } from "../shop/search.ts";
import {
  keys,
  knownAge,
  lastSearch,
  showTiles,
  tiles,
  itemForModel,
  type LastSearch,
} from "../shop/shopper-state.ts";
import { ageIn } from "../shop/search-terms.ts";

/** The number of products in an answer: a listener remembers no more. */
const maxNamed = 3;

const parametersSchema = () =>
  z.object({
    query: z
      .string()
      .describe("What it is and what is on it, such as: mug dancing people. Empty for anything."),
    max_price: z
      .number()
      .positive()
      .optional()
      .describe("Only what costs less than this many dollars."),
    colour: z.string().optional().describe("Such as: blue."),
    category: z.enum(categories).optional(),
    for_age: z.int().min(0).max(120).optional().describe("How old the receiver is, in years."),
    refine: z
      .boolean()
      .optional()
      .describe("True to go on from the last search: what is not given stays as it was."),
  });

type Args = z.output<ReturnType<typeof parametersSchema>>;

export const findItems = tool({
  name: "find_items",
  description:
    "Searches the shop for things to buy, presents and gifts: says how many there are, names the best three and shows them on the page.",
  parameters: parametersSchema,
  run: async (args, { env, state }) => {
    const wanted = mergeWithLast(args, state);
    const found = await search(databaseOf(env), filtersOf(wanted));
    const items = varied(found, wanted.query ?? "");
    remember(state, wanted, found, items);
    return answerOf(wanted, found, items);
  },
});

export const showItems = tool({
  name: "show_items",
  description:
    "Puts things on the page: those named, or, when none is named, the next three of the last search.",
  parameters: () =>
    z.object({
      items: z.array(z.string()).optional().describe("Ids or names of things."),
    }),
  run: async ({ items: references = [] }, { env, state }) => {
    const database = databaseOf(env);
    const before = tiles(state);
    const found = await Promise.all(references.map((each) => resolveItem(database, each, before)));
    const items = references.length > 0 ? found.filter((item) => item !== undefined) : await next();
    if (items.length === 0) return { message: "There is nothing more to show.", items };
    showTiles(state, items);
    return { count: items.length, items: items.map(itemForModel) };

    async function next(): Promise<Item[]> {
      const last = lastSearch(state);
      if (!last) return [];
      const { items } = await search(database, filtersOf(last));
      const more = items.slice(last.shown, last.shown + maxNamed);
      state.set(keys.search, { ...last, shown: last.shown + more.length });
      return more;
    }
  },
});

type Wanted = Omit<LastSearch, "count" | "shown">;

/** The arguments, over those of the last search if they refine it. */
function mergeWithLast({ refine, ...args }: Args, state: State): Wanted {
  const last = refine ? lastSearch(state) : undefined;
  const query = [last?.query, args.query].filter(Boolean).join(" ");
  const for_age = args.for_age ?? ageIn(args.query) ?? knownAge(state);
  const { count: _, shown: __, ...before } = last ?? { count: 0, shown: 0 };
  return { ...before, ...definedEntries(args), query, ...(for_age !== undefined && { for_age }) };
}

const definedEntries = (args: object): object =>
  Object.fromEntries(Object.entries(args).filter(([, value]) => value !== undefined));

const filtersOf = ({ query, category, colour, max_price, for_age }: Wanted): SearchFilters => ({
  query,
  category,
  colour,
  below: max_price,
  age: for_age,
});

function remember(state: State, wanted: Wanted, found: SearchResult, items: readonly Item[]): void {
  if (wanted.for_age !== undefined && wanted.for_age !== knownAge(state))
    state.set(keys.age, wanted.for_age);
  state.set(keys.search, { ...wanted, count: found.count, shown: items.length });
  // An empty result leaves the page as it is.
  if (items.length > 0) showTiles(state, items);
}

/** If the query names no kind of thing, products of different kinds; else the best. */
function varied({ items }: SearchResult, query: string): Item[] {
  const open = query.trim() === "" || !items.some(({ thing }) => query.includes(thing));
  const first = items.filter(
    ({ thing }, at) => items.findIndex((other) => other.thing === thing) === at,
  );
  return (open && first.length >= maxNamed ? first : items).slice(0, maxNamed);
}

function answerOf(wanted: Wanted, { count, exact }: SearchResult, items: readonly Item[]) {
  const { for_age } = wanted;
  const kept = for_age === undefined ? {} : { for_age };
  if (items.length === 0) return { message: nothing(wanted), count, items: [] };
  return {
    ...(!exact && { message: `${nothing(wanted)} These come closest.` }),
    count: exact ? count : items.length,
    ...kept,
    items: items.map(itemForModel),
  };
}

function nothing({ max_price, colour, for_age }: Wanted): string {
  const limits = [
    ...(colour ? [`in ${colour}`] : []),
    ...(max_price === undefined ? [] : [`under $${max_price}`]),
    ...(for_age === undefined ? [] : [`for the age of ${for_age}`]),
  ];
  return `${["There is nothing like that", limits.join(", ")].filter(Boolean).join(" ")}.`;
}
