/**
 * The world's big cities, and some countries, by time zone (IANA names).
 *
 * One line a zone: the zone, then the places that keep its clock, parted by "|". Names are plain:
 * no accents, no points. A country is listed only where one clock serves all or nearly all of it.
 */
const ZONES = `
Africa/Abidjan: Abidjan | Ivory Coast
Africa/Accra: Accra | Kumasi | Ghana
Africa/Addis_Ababa: Addis Ababa | Ethiopia
Africa/Algiers: Algiers | Oran | Algeria
Africa/Bamako: Bamako | Mali
Africa/Cairo: Cairo | Alexandria | Giza | Egypt
Africa/Casablanca: Casablanca | Marrakesh | Marrakech | Rabat | Morocco
Africa/Dakar: Dakar | Senegal
Africa/Dar_es_Salaam: Dar es Salaam | Tanzania
Africa/Harare: Harare | Zimbabwe
Africa/Johannesburg: Johannesburg | Cape Town | Durban | Pretoria | South Africa
Africa/Kampala: Kampala | Uganda
Africa/Khartoum: Khartoum | Sudan
Africa/Kigali: Kigali | Rwanda
Africa/Kinshasa: Kinshasa
Africa/Lagos: Lagos | Abuja | Kano | Ibadan | Nigeria
Africa/Luanda: Luanda | Angola
Africa/Lusaka: Lusaka | Zambia
Africa/Maputo: Maputo | Mozambique
Africa/Nairobi: Nairobi | Mombasa | Kenya
Africa/Tripoli: Tripoli | Libya
Africa/Tunis: Tunis | Tunisia
America/Anchorage: Anchorage | Alaska
America/Argentina/Buenos_Aires: Buenos Aires | Cordoba Argentina | Rosario | Argentina
America/Asuncion: Asuncion | Paraguay
America/Bogota: Bogota | Medellin | Cali | Colombia
America/Caracas: Caracas | Maracaibo | Venezuela
America/Chicago: Chicago | Houston | Dallas | San Antonio | Austin | New Orleans | Minneapolis | Milwaukee | Kansas City | Nashville | Memphis | Saint Louis | Oklahoma City | Texas
America/Costa_Rica: San Jose Costa Rica | Costa Rica
America/Denver: Denver | Salt Lake City | Albuquerque | Boulder | Colorado
America/Detroit: Detroit
America/Edmonton: Calgary | Edmonton
America/El_Salvador: San Salvador | El Salvador
America/Guatemala: Guatemala City | Guatemala
America/Guayaquil: Guayaquil | Quito | Ecuador
America/Halifax: Halifax
America/Havana: Havana | Cuba
America/Jamaica: Kingston | Jamaica
America/La_Paz: La Paz | Santa Cruz | Bolivia
America/Lima: Lima | Peru
America/Los_Angeles: Los Angeles | San Francisco | San Diego | San Jose | Seattle | Portland | Las Vegas | Sacramento | Oakland | Silicon Valley | California | Pacific time
America/Managua: Managua | Nicaragua
America/Manaus: Manaus
America/Mexico_City: Mexico City | Guadalajara | Monterrey | Puebla | Mexico
America/Montevideo: Montevideo | Uruguay
America/New_York: New York | New York City | Manhattan | Brooklyn | Boston | Washington | Washington DC | Philadelphia | Miami | Atlanta | Orlando | Tampa | Charlotte | Baltimore | Pittsburgh | Cleveland | Columbus | Cincinnati | Florida | Eastern time
America/Panama: Panama City | Panama
America/Phoenix: Phoenix | Tucson | Arizona
America/Port-au-Prince: Port au Prince | Haiti
America/Puerto_Rico: San Juan | Puerto Rico
America/Santiago: Santiago | Chile
America/Santo_Domingo: Santo Domingo | Dominican Republic
America/Sao_Paulo: Sao Paulo | Rio de Janeiro | Rio | Brasilia | Belo Horizonte | Salvador | Fortaleza | Curitiba | Recife | Porto Alegre | Brazil
America/St_Johns: Saint Johns | Newfoundland
America/Tijuana: Tijuana
America/Toronto: Toronto | Montreal | Ottawa | Quebec
America/Vancouver: Vancouver
America/Winnipeg: Winnipeg
Asia/Almaty: Almaty | Astana | Kazakhstan
Asia/Amman: Amman | Jordan
Asia/Baghdad: Baghdad | Basra | Mosul | Iraq
Asia/Baku: Baku | Azerbaijan
Asia/Bangkok: Bangkok | Phuket | Chiang Mai | Thailand
Asia/Beirut: Beirut | Lebanon
Asia/Colombo: Colombo | Sri Lanka
Asia/Damascus: Damascus | Aleppo | Syria
Asia/Dhaka: Dhaka | Chittagong | Bangladesh
Asia/Dubai: Dubai | Abu Dhabi | Sharjah | Muscat | United Arab Emirates | Oman
Asia/Ho_Chi_Minh: Ho Chi Minh City | Saigon | Hanoi | Vietnam
Asia/Hong_Kong: Hong Kong
Asia/Jakarta: Jakarta | Bandung | Surabaya
Asia/Jerusalem: Jerusalem | Tel Aviv | Haifa | Israel
Asia/Kabul: Kabul | Afghanistan
Asia/Karachi: Karachi | Lahore | Islamabad | Faisalabad | Pakistan
Asia/Kathmandu: Kathmandu | Nepal
Asia/Kolkata: Kolkata | Calcutta | Mumbai | Bombay | Delhi | New Delhi | Bangalore | Bengaluru | Chennai | Madras | Hyderabad | Ahmedabad | Pune | Jaipur | Surat | Lucknow | India
Asia/Kuala_Lumpur: Kuala Lumpur | Malaysia
Asia/Kuwait: Kuwait City | Kuwait
Asia/Macau: Macau
Asia/Makassar: Bali | Denpasar
Asia/Manila: Manila | Quezon City | Cebu | Davao | Philippines
Asia/Novosibirsk: Novosibirsk
Asia/Phnom_Penh: Phnom Penh | Cambodia
Asia/Pyongyang: Pyongyang | North Korea
Asia/Qatar: Doha | Qatar | Manama | Bahrain
Asia/Riyadh: Riyadh | Jeddah | Mecca | Medina | Saudi Arabia
Asia/Seoul: Seoul | Busan | Incheon | South Korea | Korea
Asia/Shanghai: Shanghai | Beijing | Peking | Guangzhou | Shenzhen | Chengdu | Chongqing | Tianjin | Wuhan | Hangzhou | Nanjing | Xian | China
Asia/Singapore: Singapore
Asia/Taipei: Taipei | Kaohsiung | Taiwan
Asia/Tashkent: Tashkent | Samarkand | Uzbekistan
Asia/Tbilisi: Tbilisi
Asia/Tehran: Tehran | Isfahan | Shiraz | Iran
Asia/Tokyo: Tokyo | Osaka | Kyoto | Yokohama | Nagoya | Sapporo | Fukuoka | Kobe | Hiroshima | Japan
Asia/Ulaanbaatar: Ulaanbaatar | Mongolia
Asia/Vientiane: Vientiane | Laos
Asia/Vladivostok: Vladivostok
Asia/Yangon: Yangon | Rangoon | Myanmar
Asia/Yekaterinburg: Yekaterinburg
Asia/Yerevan: Yerevan | Armenia
Atlantic/Reykjavik: Reykjavik | Iceland
Australia/Adelaide: Adelaide
Australia/Brisbane: Brisbane | Gold Coast | Queensland
Australia/Darwin: Darwin
Australia/Hobart: Hobart | Tasmania
Australia/Melbourne: Melbourne
Australia/Perth: Perth
Australia/Sydney: Sydney | Canberra
Europe/Amsterdam: Amsterdam | Rotterdam | The Hague | Utrecht | Netherlands | Holland
Europe/Athens: Athens | Thessaloniki | Greece
Europe/Belgrade: Belgrade | Serbia
Europe/Berlin: Berlin | Munich | Hamburg | Frankfurt | Cologne | Stuttgart | Dusseldorf | Leipzig | Dresden | Germany
Europe/Bratislava: Bratislava | Slovakia
Europe/Brussels: Brussels | Antwerp | Ghent | Belgium
Europe/Bucharest: Bucharest | Romania
Europe/Budapest: Budapest | Hungary
Europe/Chisinau: Chisinau | Moldova
Europe/Copenhagen: Copenhagen | Aarhus | Denmark
Europe/Dublin: Dublin | Cork | Ireland
Europe/Helsinki: Helsinki | Tampere | Finland
Europe/Istanbul: Istanbul | Ankara | Izmir | Turkey
Europe/Kyiv: Kyiv | Kiev | Odesa | Odessa | Kharkiv | Lviv | Ukraine
Europe/Lisbon: Lisbon | Porto | Portugal
Europe/Ljubljana: Ljubljana | Slovenia
Europe/London: London | Manchester | Birmingham | Liverpool | Leeds | Bristol | Glasgow | Edinburgh | Cardiff | Belfast | Oxford | Cambridge | England | Scotland | Wales | Britain | United Kingdom
Europe/Luxembourg: Luxembourg
Europe/Madrid: Madrid | Barcelona | Valencia | Seville | Bilbao | Malaga | Spain
Europe/Malta: Valletta | Malta
Europe/Minsk: Minsk | Belarus
Europe/Monaco: Monaco
Europe/Moscow: Moscow | Saint Petersburg | Kazan
Europe/Oslo: Oslo | Bergen | Norway
Europe/Paris: Paris | Marseille | Lyon | Toulouse | Nice | Bordeaux | Strasbourg | Lille | France
Europe/Prague: Prague | Brno | Czech Republic | Czechia
Europe/Riga: Riga | Latvia
Europe/Rome: Rome | Milan | Naples | Turin | Florence | Venice | Bologna | Palermo | Italy
Europe/Sarajevo: Sarajevo | Bosnia
Europe/Skopje: Skopje
Europe/Sofia: Sofia | Bulgaria
Europe/Stockholm: Stockholm | Gothenburg | Malmo | Sweden
Europe/Tallinn: Tallinn | Estonia
Europe/Tirane: Tirana | Albania
Europe/Vienna: Vienna | Salzburg | Graz | Austria
Europe/Vilnius: Vilnius | Lithuania
Europe/Warsaw: Warsaw | Krakow | Cracow | Gdansk | Wroclaw | Poland
Europe/Zagreb: Zagreb | Split | Croatia
Europe/Zurich: Zurich | Geneva | Basel | Bern | Lausanne | Switzerland
Pacific/Auckland: Auckland | Wellington | Christchurch | New Zealand
Pacific/Fiji: Suva | Fiji
Pacific/Honolulu: Honolulu | Hawaii
UTC: UTC | Universal time | Coordinated universal time
`;

export interface Place {
  /** As it is said: "Sao Paulo". */
  readonly name: string;
  readonly zone: string;
}

const placesOf = (line: string): Place[] => {
  const [zone = "", names = ""] = line.split(": ");
  return names.split(" | ").map((name) => ({ name, zone }));
};

export const PLACES: readonly Place[] = ZONES.trim().split("\n").flatMap(placesOf);
