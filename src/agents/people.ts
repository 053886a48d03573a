/**
 * Watches the camera and speaks when the number of people changes: ADK's sample of a tool with an input stream.
 *
 * The counter is exchangeable (`CountPeople`). The one included counts regions of skin colour, and the agent says so.
 */
import { agent } from "../agent/agent.ts";
import { watchingTool, type Input, type StreamingTool } from "../agent/tool.ts";
import { readJpeg } from "./people/jpeg.ts";
import { countSkinColouredRegions } from "./people/skin.ts";

type CameraFrame = Extract<Input, { type: "image" }>;

/** Returns the number of people in a camera frame; undefined for an unreadable frame. */
type CountPeople = (frame: CameraFrame) => number | undefined | Promise<number | undefined>;

/** Pause between two frames, in ms: decoding takes milliseconds of the thread that also relays audio. */
const pauseMs = 500;

export const countBySkin: CountPeople = (frame) => {
  const picture = readJpeg(frame);
  return picture && countSkinColouredRegions(picture);
};

/**
 * Makes a tool that reports each change of a count. A new count must occur twice in a row, so that one bad frame changes
 * nothing. The model receives the first count silently.
 * @param how tells the model what the counter counts, and what it misses.
 */
export const peopleCounter = (countPeople: CountPeople, how: string): StreamingTool =>
  watchingTool({
    name: "monitor_people",
    description: `Watches the camera and reports every change in the number of people in view, until it is stopped. ${how}`,
    watches: ["image"],
    async *run(_, { input, sleep, progress }) {
      let reported: number | undefined;
      let previous: number | undefined;
      for await (const frame of input) {
        if (frame.type !== "image") continue;
        const people = await countPeople(frame);
        if (people !== undefined && people === previous && people !== reported) {
          if (reported === undefined) progress({ people });
          else yield { people, before: reported };
          reported = people;
        }
        previous = people;
        await sleep(pauseMs);
      }
    },
  });

export const monitorPeople = peopleCounter(
  countBySkin,
  "It counts regions of skin colour: a hand beside a face counts too, and somebody who is turned away does not.",
);

export const people = agent({
  name: "people",
  model: "gemini-3.8-live",
  description: "Watches the camera and tells you when people come or go.",
  suggestions: ["Tell me when somebody comes or goes", "How many people do you see?"],
  voice: "Leda",
  clientSettings: ["voice", "language"],
  tools: [monitorPeople],
  instruction: `You watch the camera in a spoken conversation. Call monitor_people once when somebody wants people counted or watched.
Tell each new count in one short sentence as it comes, without being asked, and nothing in between.
The counter looks for skin colour, so it may be wrong; say so when asked. To end it, call stop_streaming.`,
});
