/** The story nouns that comments, docs and names must not use, each with the field's term. `docs/glossary.md` defines the terms. */

export interface Noun {
  /** The term to use instead. */
  readonly say: string;
  /** Only names must avoid it: in running text it is plain English as well, mostly as a verb. */
  readonly onlyNames?: true;
}

const everywhere = {
  anybody: "client, user or participant",
  asker: "client",
  belfry: "alarm",
  bustle: "session activity",
  door: "protocol",
  dossier: "session store",
  estate: "migration",
  guest: "Live API client",
  handover: "transfer",
  haunt: "fault",
  house: "requests",
  journal: "event recorder",
  keepsake: "stored handle",
  ledger: "retransmit buffer",
  lodging: "attachment",
  mischief: "fault",
  nobody: "no client, no user or no participant",
  overhear: "record",
  overhearing: "event recorder",
  rehearsal: "dry run",
  seat: "connection or attachment",
  somebody: "a client, a user or a participant",
  telling: "broadcaster",
  tenure: "session lifetime",
  theatre: "test setup",
  turnstile: "admission",
  typist: "client",
  victim: "connection",
  whoever: "the actor, as the subject",
} as const;

const inNames = {
  aside: "error",
  cast: "agent tree",
  court: "context",
  declarer: "client with tools",
  departure: "leave",
  desk: "context",
  entrance: "route",
  filing: "directory sync",
  goods: "products",
  hall: "context",
  happening: "event",
  knock: "authorize",
  mood: "phase",
  objection: "error",
  outlet: "send queue",
  owed: "outbox",
  reception: "join",
  removal: "migration",
  room: "presence or capacity",
  saying: "upstream message",
  shelf: "directory",
  stage: "active agent",
  surroundings: "context",
  talk: "conversation or engine",
  ticket: "ephemeral token",
  toolbox: "tool registry",
} as const;

/**
 * Words of the old vocabulary that the check must let pass: each has an everyday or technical use, and a
 * word list cannot tell the two apart. A reviewer can.
 */
export const everyday: Readonly<Record<string, string>> = {
  carrier: "a telephone carrier",
  corner: "geometry",
  held: "participle; also a key or a floor that is held",
  heard: "participle; one microphone is heard at a time",
  judge: "a verb; a component that rates an answer",
  lead: "a verb; leading zeros, lead time",
  line: "a line of text, a telephone line",
  link: "a hyperlink",
  memory: "RAM",
  note: "a comment, a tone",
  pass: "a verb; a pass over data, a low-pass filter",
  people: "the agent that counts people",
  piece: "a part of a stream",
  place: "a position in a page or a list",
  play: "playback",
  rail: "a part of a drawing",
  recall: "precision and recall",
  run: "a run of ADK, a verb",
  said: "participle",
  site: "a web site",
  story: "the kind of answer the emulator tells",
  tap: "a filter tap, an audio tap",
  told: "participle",
  wakeup: "of a sleeping object",
  word: "a word of a transcript",
  world: "the emulator's simulated world",
};

const entries = (words: Readonly<Record<string, string>>, only?: true): [string, Noun][] =>
  Object.entries(words).map(([word, say]) => [word, { say, ...(only && { onlyNames: only }) }]);

/** By the singular. */
export const storyNouns: ReadonlyMap<string, Noun> = new Map([
  ...entries(everywhere),
  ...entries(inNames, true),
]);
