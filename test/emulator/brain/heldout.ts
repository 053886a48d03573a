/**
 * Phrasings written before the rules were, and never used to tune them: what a stranger might say.
 *
 * Each row is a talk: the user's words in order, and what the last reply must look like.
 */
export interface Talk {
  readonly say: readonly string[];
  readonly hear: RegExp;
}

/** The clock of these talks: Monday, 24 November 2025, 16:00 UTC. */
export const NOW = 1_764_000_000_000;

const talk = (hear: RegExp, ...says: string[]): Talk[] => says.map((say) => ({ say: [say], hear }));
const after = (hear: RegExp, ...say: string[]): Talk => ({ say, hear });

const HELLO = /\b(hello|hi|good (morning|evening|day)|welcome)\b/i;
const EMULATOR = /emulator/i;
const HEARD = /\bheard\b/i;

export const TALKS: readonly Talk[] = [
  ...talk(HELLO, "Hey there!", "Good evening.", "Hello, is anybody there?", "hi"),
  ...talk(/hear you/i, "Hi, can you hear me?", "Testing, testing, do you hear me?"),
  ...talk(
    EMULATOR,
    "So who am I talking to?",
    "Are you a real person?",
    "Is this actually Gemini?",
    "What kind of AI are you?",
    "Which language model is behind this?",
    "Are you human or a machine?",
    "Please introduce yourself.",
  ),
  ...talk(
    /\b4 PM\b/,
    "Can you tell me what time it is?",
    "Do you have the time?",
    "What's the time?",
  ),
  ...talk(/\b1 AM\b.*Tokyo|Tokyo.*\b1 AM\b/, "Tell me the current time in Tokyo, please."),
  ...talk(/\b1 PM\b/, "What's the time over in Sao Paulo right now?"),
  ...talk(/\b5 PM\b/, "how late is it in Berlin", "What time is it in Pariss?"),
  ...talk(/\b8 AM\b/, "what time would it be in los angeles"),
  ...talk(/\b9:30 PM\b/, "current time new delhi"),
  ...talk(
    /Monday/,
    "What day is it today?",
    "What's today's date?",
    "Which day of the week is it?",
  ),
  ...talk(/2025/, "which year are we in"),
  ...talk(/Tuesday/, "What is the date tomorrow?"),
  ...talk(/forty-three/i, "How much is seventeen plus twenty six?"),
  ...talk(/twelve/i, "What is 15% of 80?"),
  ...talk(/fourteen/i, "Can you add five and nine?", "three times four plus two"),
  ...talk(/forty-two/i, "Multiply six by seven"),
  ...talk(/twelve/i, "What do you get if you subtract 8 from 20", "the square root of 144 please"),
  ...talk(/forty-five/i, "what's half of ninety"),
  ...talk(/is six/i, "ten minus for"),
  ...talk(/is four/i, "To plus to", "Hey, what's two plus two?", "what does 2+2 equal"),
  ...talk(/is twenty\b/i, "What's one hundred and twenty divided by six?"),
  ...talk(/is seven/i, "What's 3.5 times 2?"),
  ...talk(/eighty-one/i, "nine squared"),
  ...talk(/three, four, five/i, "Count to five please.", "Could you count up to ten for me?"),
  ...talk(/five, four, three/i, "count backwards from five", "Count down from 10"),
  ...talk(/three, four, five, six, seven/i, "count from three to seven"),
  ...talk(/three, four\b/i, "count to for"),
  ...talk(
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
  ...talk(/welcome|pleasure|glad/i, "Thanks a lot!", "Thank you so much for that."),
  ...talk(/bye|see you|take care/i, "See you later.", "Cheers, goodbye.", "That's all for today."),
  ...talk(
    /^(okay|all right|sure|i'll stop|stopping)/i,
    "Stop.",
    "Be quiet please.",
    "Okay, that's enough.",
  ),
  ...talk(/\b(well|fine|good|great)\b/i, "How's it going?", "How are you doing today?"),
  after(/is four/i, "What's two plus two?", "Say that again please."),
  after(/is four/i, "What's two plus two?", "Sorry, I didn't catch that."),
  after(/is four/i, "What's two plus two?", "Pardon?"),
  after(/purple umbrella/, "I saw a purple umbrella.", "What did I just say?"),
  ...talk(
    /count|time|story/i,
    "What can you do?",
    "How can you help me?",
    "What are you able to do?",
  ),
  ...talk(/B, A, N, A, N, A/, "How do you spell banana?"),
  ...talk(/R, H, Y, T, H, M/, "Spell the word rhythm."),
  ...talk(/looking for\?/i, "Say hello and ask what they are looking for"),
  ...talk(HELLO, "", "Greet the user.", "Start the conversation."),
  ...talk(
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
