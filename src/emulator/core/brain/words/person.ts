/** Turns what somebody says of themselves into what is said back to them: "I lost my key" → "you lost your key". */

const TURNED: ReadonlyMap<string, string> = new Map([
  ["i", "you"],
  ["me", "you"],
  ["my", "your"],
  ["mine", "yours"],
  ["myself", "yourself"],
  ["am", "are"],
  ["we", "you"],
  ["us", "you"],
  ["our", "your"],
  ["ours", "yours"],
  ["you", "I"],
  ["your", "my"],
  ["yours", "mine"],
]);

/** "was" follows its subject: "I was" → "you were". */
export function turned(text: string): string {
  const words = text.split(" ");
  return words
    .map((word, at) => {
      const lower = word.toLowerCase();
      if (lower === "was" && words[at - 1]?.toLowerCase() === "i") return "were";
      return TURNED.get(lower) ?? word;
    })
    .join(" ");
}
