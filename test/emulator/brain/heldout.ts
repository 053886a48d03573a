/**
 * Phrasings written before the rules and never used to tune them.
 *
 * Each case is a conversation: the user's turns in order, and a pattern of the last reply.
 */
export interface Case {
  readonly say: readonly string[];
  readonly hear: RegExp;
}

/** The time of these conversations: Monday, 24 November 2025, 16:00 UTC. */
export const NOW = 1_764_000_000_000;

const each = (hear: RegExp, ...says: string[]): Case[] => says.map((say) => ({ say: [say], hear }));
const after = (hear: RegExp, ...say: string[]): Case => ({ say, hear });

const HELLO = /\b(hello|hi|good (morning|evening|day)|welcome)\b/i;
const EMULATOR = /emulator/i;
const HEARD = /\bheard\b/i;

export const CASES: readonly Case[] = [
  ...each(HELLO, "Hey there!", "Good evening.", "Hello, is anybody there?", "hi"),
  ...each(/hear you/i, "Hi, can you hear me?", "Testing, testing, do you hear me?"),
  ...each(
    EMULATOR,
    "So who am I talking to?",
    "Are you a real person?",
    "Is this actually Gemini?",
    "What kind of AI are you?",
    "Which language model is behind this?",
    "Are you human or a machine?",
    "Please introduce yourself.",
  ),
  ...each(
    /\b4 PM\b/,
    "Can you tell me what time it is?",
    "Do you have the time?",
    "What's the time?",
  ),
  ...each(/\b1 AM\b.*Tokyo|Tokyo.*\b1 AM\b/, "Tell me the current time in Tokyo, please."),
  ...each(/\b1 PM\b/, "What's the time over in Sao Paulo right now?"),
  ...each(/\b5 PM\b/, "how late is it in Berlin", "What time is it in Pariss?"),
  ...each(/\b8 AM\b/, "what time would it be in los angeles"),
  ...each(/\b9:30 PM\b/, "current time new delhi"),
  ...each(
    /Monday/,
    "What day is it today?",
    "What's today's date?",
    "Which day of the week is it?",
  ),
  ...each(/2025/, "which year are we in"),
  ...each(/Tuesday/, "What is the date tomorrow?"),
  ...each(/forty-three/i, "How much is seventeen plus twenty six?"),
  ...each(/twelve/i, "What is 15% of 80?"),
  ...each(/fourteen/i, "Can you add five and nine?", "three times four plus two"),
  ...each(/forty-two/i, "Multiply six by seven"),
  ...each(/twelve/i, "What do you get if you subtract 8 from 20", "the square root of 144 please"),
  ...each(/forty-five/i, "what's half of ninety"),
  ...each(/is six/i, "ten minus for"),
  ...each(/is four/i, "To plus to", "Hey, what's two plus two?", "what does 2+2 equal"),
  ...each(/is twenty\b/i, "What's one hundred and twenty divided by six?"),
  ...each(/is seven/i, "What's 3.5 times 2?"),
  ...each(/eighty-one/i, "nine squared"),
  ...each(/three, four, five/i, "Count to five please.", "Could you count up to ten for me?"),
  ...each(/five, four, three/i, "count backwards from five", "Count down from 10"),
  ...each(/three, four, five, six, seven/i, "count from three to seven"),
  ...each(/three, four\b/i, "count to for"),
  ...each(
    /^(?:\S+\s+){70,}/,
    "Tell me a story.",
    "I'd like to hear a long tale.",
    "Can you read me a bedtime story?",
    "Talk for a while.",
    "Another story, please!",
  ),
  after(/Ann Marie Jones/, "My name is Ann Marie Jones.", "What's my name?"),
  after(/Buenos Aires/, "I live in Buenos Aires.", "Where do I live?"),
  after(/dark green/, "my favorite color is dark green", "what's my favourite colour"),
  after(/4711/, "Remember that the door code is 4711.", "What's the door code?"),
  after(/Bob/, "Call me Bob.", "Who am I?"),
  after(/thirty[- ]four|34/i, "I'm thirty four years old.", "How old am I?"),
  after(/Rex/, "My dog's name is Rex.", "What is my dog's name?"),
  after(/Laura/, "My sister is called Laura.", "What's my sister called?"),
  after(/nurse/, "I work as a nurse.", "What do I do for a living?"),
  after(/level three/, "Please remember I parked on level three.", "Where did I park?"),
  after(/Jonas/, "Hi, I'm Jonas.", "Tell me a joke.", "Do you remember my name?"),
  after(/pizza/, "I love pizza.", "What did I tell you?"),
  after(/do not know|don't know|not told/i, "What is my name?"),
  ...each(/welcome|pleasure|glad/i, "Thanks a lot!", "Thank you so much for that."),
  ...each(/bye|see you|take care/i, "See you later.", "Cheers, goodbye.", "That's all for today."),
  ...each(
    /^(okay|all right|sure|i'll stop|stopping)/i,
    "Stop.",
    "Be quiet please.",
    "Okay, that's enough.",
  ),
  ...each(/\b(well|fine|good|great)\b/i, "How's it going?", "How are you doing today?"),
  after(/is four/i, "What's two plus two?", "Say that again please."),
  after(/is four/i, "What's two plus two?", "Sorry, I didn't catch that."),
  after(/is four/i, "What's two plus two?", "Pardon?"),
  after(/purple umbrella/, "I saw a purple umbrella.", "What did I just say?"),
  ...each(
    /count|time|story/i,
    "What can you do?",
    "How can you help me?",
    "What are you able to do?",
  ),
  ...each(/B, A, N, A, N, A/, "How do you spell banana?"),
  ...each(/R, H, Y, T, H, M/, "Spell the word rhythm."),
  ...each(/looking for\?/i, "Say hello and ask what they are looking for"),
  ...each(HELLO, "", "Greet the user.", "Start the conversation."),
  ...each(
    HEARD,
    "I had two cups of coffee today",
    "The meeting is at five to nine",
    "My friend counts on me",
    "It takes time to learn",
    "He told a good story yesterday",
    "I plus one that idea",
    "There are times when I wonder",
    "The date went well last night",
    "Paris is beautiful in spring",
  ),
];
