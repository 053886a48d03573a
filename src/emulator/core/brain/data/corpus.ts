/**
 * The local corpus that stands in for the web.
 *
 * Weather, news and prices are invented; the addresses use names reserved for documentation (RFC 2606).
 */
export interface Page {
  readonly uri: string;
  readonly title: string;
  /** Keywords besides the words of the title. */
  readonly about: string;
  /** One or two sentences. */
  readonly text: string;
}

/** A page a line: address | title | keywords | text. */
const PAGES = `weather.example.com/new-york | Weather in New York | forecast temperature rain today | In New York it is partly cloudy, with 18 degrees and a light wind from the west.
weather.example.com/paris | Weather in Paris | forecast temperature rain today | In Paris there are light showers, with 14 degrees and sun towards the evening.
weather.example.com/london | Weather in London | forecast temperature rain today | In London it is cloudy and dry, with 12 degrees.
weather.example.com/tokyo | Weather in Tokyo | forecast temperature rain today | In Tokyo it is clear, with 21 degrees and little wind.
weather.example.com/berlin | Weather in Berlin | forecast temperature rain today | In Berlin it is windy, with 9 degrees and a chance of rain.
weather.example.com/san-francisco | Weather in San Francisco | forecast temperature fog today | In San Francisco the fog lifts by noon, with 16 degrees in the afternoon.
news.example.com/today | News of the day | headlines latest happening world | The headlines of the day: a new bridge opens to cyclists, and a museum shows its maps of the stars.
sport.example.com/results | Sports results | football soccer game match score team won league | In yesterday's match the Harbour Rovers beat the Hill United by two goals to one.
markets.example.com/acme | Acme share price | stock market price shares | Acme shares closed at 312 dollars, up two percent.
atlas.example.org/france | France | capital country paris population europe | The capital of France is Paris, and about 68 million people live in the country.
atlas.example.org/germany | Germany | capital country berlin population europe | The capital of Germany is Berlin, and about 84 million people live in the country.
atlas.example.org/japan | Japan | capital country tokyo population asia | The capital of Japan is Tokyo, and about 124 million people live in the country.
atlas.example.org/italy | Italy | capital country rome population europe | The capital of Italy is Rome, and about 59 million people live in the country.
atlas.example.org/spain | Spain | capital country madrid population europe | The capital of Spain is Madrid, and about 48 million people live in the country.
atlas.example.org/australia | Australia | capital country canberra population | The capital of Australia is Canberra, although Sydney is the largest city.
atlas.example.org/everest | Mount Everest | highest tallest mountain world height high | The highest mountain on earth is Mount Everest, at 8849 metres.
atlas.example.org/nile | The Nile and the Amazon | longest river world length | The Nile is usually called the longest river, at about 6650 kilometres; the Amazon comes close.
science.example.org/moon | The moon | distance far earth space | The moon is about 384 thousand kilometres away from the earth.
science.example.org/light | The speed of light | fast physics | Light travels about 300 thousand kilometres in a second.
science.example.org/sky | Why the sky is blue | colour scattering light | The sky is blue because air scatters blue light more than red light.
science.example.org/water | Water | boil boiling freeze temperature | At sea level water boils at 100 degrees and freezes at zero degrees Celsius.
people.example.org/lovelace | Ada Lovelace | first programmer computer history who | Ada Lovelace published the first program for a computing machine in 1843.
people.example.org/turing | Alan Turing | computer history mathematician who | Alan Turing described the universal computing machine in 1936.
kitchen.example.net/pancakes | Pancakes | recipe cook make flour eggs milk | For pancakes, mix two eggs, a cup of flour and a cup of milk, and fry them thin.
kitchen.example.net/coffee | Coffee | brew make recipe drink | For a good cup of coffee, use fifteen grams for a quarter of a litre of water.
developers.example.dev/live-api | The Live API | gemini websocket voice realtime audio google | The Live API carries voice both ways over one WebSocket, sixteen kilohertz in and twenty-four out.
developers.example.dev/durable-objects | Durable Objects | cloudflare workers edge state | A Durable Object is a small server with its own storage, and only one of each name exists.`;

export const CORPUS: readonly Page[] = PAGES.split("\n").map((line) => {
  const [path = "", title = "", about = "", text = ""] = line.split(" | ");
  return { uri: `https://${path}`, title, about, text };
});
