/** What the simulation assumes of conversations, of parley and of the services. Times are in seconds. */

export interface Scenario {
  readonly name: string;
  /** Conversations at one time, on average. */
  readonly concurrent: number;
  /** All conversations are of one user; else each has its own. */
  readonly oneUser: boolean;
  /** Clients of a conversation besides the speaker. */
  readonly listeners: number;
}

export const scenarios: readonly Scenario[] = [
  { name: "one conversation, 99 listeners", concurrent: 1, oneUser: true, listeners: 99 },
  { name: "one user, 1,000 conversations", concurrent: 1000, oneUser: true, listeners: 0 },
  { name: "one region, 20,000", concurrent: 20_000, oneUser: false, listeners: 0 },
  { name: "one million", concurrent: 1_000_000, oneUser: false, listeners: 0 },
];

/** More are simulated as a sample of this size, and its rates are multiplied. */
export const largestSample = 2000;

export const conversation = {
  /** Lengths are exponential around it. */
  meanLength: 600,
  /** The user speaks, then the model; each is exponential. */
  meanQuestion: 4.5,
  meanAnswer: 4.5,
  /** The service's silence at the end of a question. */
  endOfTurn: 1.2,
  meanThought: 3,
  /** After a turn, the share of users who turn to something else, microphone off. */
  pauseShare: 0.05,
  meanPause: 180,
  /** Of a frame up. */
  frame: 0.04,
  acksPerSecond: 4,
};

export const relay = {
  /** The upstream parks after it, in a pause. */
  parkAfter: 60,
  /** The runtime evicts an object that may hibernate. */
  hibernateAfter: 10,
  /** The service announces the end of a connection; the relay replaces it at the next pause. */
  goAwayAfter: 540,
  /** A deferred deploy restarts an object that has not hibernated. */
  deployDelay: 300,
  /** The page's first reconnect, ± 20 %. */
  reconnectAfter: 0.4,
};

/** What each thing asks of the objects. */
export const requests = {
  /** A join reads the state of the user's directory and of the app's. */
  directoryReadsPerJoin: 1,
  /** A turn writes the conversation's entry. */
  directoryWritesPerTurn: 1,
};

export interface Limit {
  readonly name: string;
  readonly limit: number;
  readonly unit: string;
  readonly source: string;
}

export const limits = {
  conversationObject: {
    name: "a conversation's object",
    limit: 1000,
    unit: "messages/s",
    source: "developers.cloudflare.com/durable-objects/platform/limits: a soft limit of requests",
  },
  userDirectory: {
    name: "the directory of one user",
    limit: 1000,
    unit: "requests/s",
    source: "the same",
  },
  appDirectory: {
    name: "the directory of the app's state",
    limit: 1000,
    unit: "requests/s",
    source: "the same; every conversation reads it at a join",
  },
  appDirectoryAtDeploy: {
    name: "the same, in the worst second of a deploy",
    limit: 1000,
    unit: "requests/s",
    source: "the same; objects that did not hibernate restart together",
  },
  sessions: {
    name: "Google's sessions of a project",
    limit: 1000,
    unit: "sessions",
    source:
      "ai.google.dev/gemini-api/docs/rate-limits: tiers 2 and 3; tier 1 has 50, Vertex a quota",
  },
} as const satisfies Record<string, Limit>;
