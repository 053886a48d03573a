import { describe, expect, it } from "vitest";
import { partyName } from "../../src/protocols/phone/party-name.ts";

describe("[PHONE26] the party of a call", () => {
  it.each([
    ["+14155550100", "+14155550100"],
    ["4155550100", "tel:4155550100"],
    ["sip:ann@shop.example", "sip:ann@shop.example"],
    ["ann@shop.example", "sip:ann@shop.example"],
    ["sip:+14155550100@carrier.example;user=phone", "sip:+14155550100@carrier.example;user=phone"],
    ["client:Ünal", "client:Ünal"],
    ["whatsapp:+14155550100", "whatsapp:+14155550100"],
  ])("%s is %s", (party, name) => expect(partyName(party)).toBe(name));

  it.each([
    "",
    "anonymous",
    "Anonymous",
    "Restricted",
    "Private Number",
    "+266696687",
    "+7378742833",
    "266696687",
    "+",
    "0000000000",
    "+10000000000",
    "12",
    "sip:anonymous@anonymous.invalid",
    '"Anonymous" <sip:anonymous@anonymous.invalid>;tag=9f',
    "sip:%61nonymous@carrier.example",
    "sip:Unavailable@carrier.example",
    "sip:anonymous;phone-context=x@carrier.example",
    "sip:ann@anonymous.invalid",
    "sip:+266696687@carrier.example",
    "sip:pbx.example",
    "sip:@pbx.example",
    "anonymous@anonymous.invalid",
    "client:",
    "client:Anonymous",
    "call:CA1",
    "client:\uFFFDnal",
    "client:\uD800",
  ])("%j names no person", (party) => expect(partyName(party)).toBeUndefined());

  it("no number names no person", () => expect(partyName(undefined)).toBeUndefined());
});
