/** The motifs: synonyms and descriptions. */
import type { MotifName } from "../draw/motifs.ts";

interface Subject {
  /** Synonyms, for the search. */
  readonly also: string;
  /** Fits into "… with <scene>." */
  readonly scene: string;
  /** For children. */
  readonly playful?: true;
}

export const subjects: Readonly<Record<MotifName, Subject>> = {
  "dancing people": {
    also: "dancers dance party folk couple ballet",
    scene: "two people who dance",
  },
  foxes: { also: "fox animal forest woodland", scene: "sly little foxes", playful: true },
  cats: { also: "cat kitten kitty animal pet", scene: "cats that sit and watch", playful: true },
  owls: { also: "owl bird animal night", scene: "wide-awake owls", playful: true },
  whales: { also: "whale sea ocean animal", scene: "whales that blow", playful: true },
  penguins: { also: "penguin animal bird ice", scene: "penguins in scarves", playful: true },
  dinosaurs: { also: "dinosaur dino trex animal", scene: "a friendly dinosaur", playful: true },
  bees: { also: "bee bumblebee insect honey", scene: "bumblebees", playful: true },
  fish: { also: "fishes sea ocean animal", scene: "striped fish" },
  birds: { also: "bird robin sparrow animal", scene: "songbirds" },
  rabbits: { also: "rabbit bunny hare animal", scene: "rabbits", playful: true },
  snails: { also: "snail slow animal garden", scene: "unhurried snails", playful: true },
  "sailing boats": { also: "boat ship yacht sailboat sea sail", scene: "boats under full sail" },
  rockets: {
    also: "rocket space spaceship astronaut",
    scene: "a rocket on its way",
    playful: true,
  },
  flowers: { also: "flower blossom bloom floral garden", scene: "flowers in bloom" },
  leaves: { also: "leaf plant branch botanical green nature", scene: "a branch with leaves" },
  mountains: { also: "mountain alps hiking peak snow", scene: "mountains at sunrise" },
  "moon and stars": {
    also: "star sky night space",
    scene: "the moon and its stars",
    playful: true,
  },
  hearts: { also: "heart love valentine romantic", scene: "hearts" },
  mushrooms: { also: "mushroom toadstool forest", scene: "spotted mushrooms" },
  trees: { also: "tree fir forest christmas nature", scene: "fir trees" },
  bicycles: { also: "bicycle bike cycling cyclist wheel", scene: "bicycles" },
  balloons: { also: "hot air balloon sky fly", scene: "hot-air balloons", playful: true },
  lighthouses: { also: "lighthouse sea coast beacon", scene: "a lighthouse that shines" },
  lemons: { also: "lemon fruit citrus summer", scene: "ripe lemons" },
  robots: { also: "robot machine android", scene: "a cheerful robot", playful: true },
  dots: { also: "dot spots spotted polka pattern", scene: "dots of all sizes" },
  rainbows: { also: "rainbow cloud colourful sky", scene: "rainbows", playful: true },
};
