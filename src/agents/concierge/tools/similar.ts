/** The tool that finds products similar to the object before the camera, by colours and outline. */
import { watchingTool, type Input } from "../../../agent/tool.ts";
import type { Database } from "../shop/database.ts";
import { runQuery, databaseOf } from "../shop/database.ts";
import { itemsOf, type Item } from "../shop/search.ts";
import { showTiles, itemForModel } from "../shop/shopper-state.ts";
import { featuresOf, namedColours, similarity, type Features } from "../see/features.ts";
import { photoOf } from "../see/photo.ts";

/** Without a frame for this long the camera counts as off, in ms. */
const cameraTimeoutMs = 10_000;
const maxMatches = 3;

export const findSimilar = watchingTool({
  name: "find_similar",
  description:
    "Looks at what the camera shows, or at a picture that is sent, and finds things that look alike. It compares colours and outline only; it does not know what a thing is.",
  watches: ["image"],
  async *run(_, { env, state, input, sleep }) {
    const database = databaseOf(env);
    const image = await Promise.race([first(input), timeout(sleep)]);
    if (!image) {
      yield {
        message: "No picture came. Ask for the camera to be turned on, and the thing held up.",
      };
      return;
    }
    const photo = photoOf(image.data);
    const seen = photo && featuresOf(photo);
    if (!seen) {
      yield { message: photo ? unclear : `The picture cannot be read: send a JPEG.` };
      return;
    }
    const matches = await mostSimilar(database, seen);
    showTiles(
      state,
      matches.map(({ item }) => item),
    );
    yield {
      message: `By colour (${namedColours(seen).join(", ")}) and outline, these look most alike.`,
      items: matches.map(({ item, likeness }) => ({ ...itemForModel(item), likeness })),
    };
  },
});

const unclear =
  "Nothing stands out from the background. Ask for the thing to be held before something plain.";

type Image = Extract<Input, { type: "image" }>;

async function first(input: AsyncIterable<Input>): Promise<Image | undefined> {
  for await (const each of input) if (each.type === "image") return each;
  return undefined;
}

const timeout = (sleep: (ms: number) => Promise<void>): Promise<undefined> =>
  sleep(cameraTimeoutMs).then(
    () => undefined,
    () => undefined,
  );

interface Match {
  readonly item: Item;
  /** 0 to 1. */
  readonly likeness: number;
}

/** The most similar products in stock. */
async function mostSimilar(database: Database, seen: Features): Promise<Match[]> {
  const statement = database.prepare("SELECT id, features FROM product WHERE stock > 0");
  const { results } = await runQuery(statement.all<{ id: string; features: string }>());
  const likeness = results
    .map(({ id, features }) => ({
      id,
      likeness: similarity(seen, JSON.parse(features) as Features),
    }))
    .sort((a, b) => b.likeness - a.likeness)
    .slice(0, maxMatches);
  const items = await itemsOf(
    database,
    likeness.map(({ id }) => id),
  );
  return items.map((item, at) => ({ item, likeness: likeness[at]?.likeness ?? 0 }));
}
