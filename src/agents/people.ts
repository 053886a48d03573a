/**
 * Watches the camera and speaks when the number of people changes: ADK's sample of a tool with an input stream.
 *
 * Who counts is a seam (`CountPeople`). The one that comes with it counts regions of skin colour, and says so.
 */
import { agent } from "../agent/agent.ts";
import { watchingTool, type Input, type StreamingTool } from "../agent/tool.ts";
import { readJpeg } from "./people/jpeg.ts";
import { countSkinColouredRegions } from "./people/skin.ts";

export type CameraFrame = Extract<Input, { type: "image" }>;

/** How many people a camera frame shows; undefined when it cannot be read. */
export type CountPeople = (frame: CameraFrame) => number | undefined | Promise<number | undefined>;

/** Between two looks, in ms: a frame is worth milliseconds of the thread that carries the talk. */
const pauseMs = 500;

export const countBySkin: CountPeople = (frame) => {
  const picture = readJpeg(frame);
  return picture && countSkinColouredRegions(picture);
};

/**
 * A tool that reports each change of a count. A new count must be seen twice in a row, so that one bad frame is no
 * news; the first is told to the model and not spoken of.
 * @param how for the model: what is counted, and what it misses.
 */
export const peopleCounter = (count: CountPeople, how: string): StreamingTool =>
  watchingTool({
    name: "monitor_people",
    description: `Watches the camera and reports every change in the number of people in view, until it is stopped. ${how}`,
    watches: ["image"],
    async *run(_, { input, sleep, progress }) {
      let known: number | undefined;
      let seen: number | undefined;
      for await (const frame of input) {
        if (frame.type !== "image") continue;
        const people = await count(frame);
        if (people !== undefined && people === seen && people !== known) {
          if (known === undefined) progress({ people });
          else yield { people, before: known };
          known = people;
        }
        seen = people;
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
  tools: [monitorPeople],
  instruction: `You watch the camera in a spoken conversation. Call monitor_people once when somebody wants people counted or watched.
Tell each new count in one short sentence as it comes, without being asked, and nothing in between.
The counter looks for skin colour, so it may be wrong; say so when asked. To end it, call stop_streaming.`,
});
