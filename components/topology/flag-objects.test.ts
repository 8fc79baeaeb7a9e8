import { expect, test } from "vitest";
import { flagObjects, flagsOf, splitFlags } from "#components/topology/flag-objects.ts";

const CONFIG = [
  { ref: "DestinationRule/default/reviews", applies: true, reason: "" },
  { ref: "VirtualService/default/reviews", applies: true, reason: "" },
  { ref: "VirtualService/default/older", applies: false, reason: "" },
];

test.each([
  ["a fault", "FI", ["VirtualService/default/reviews"]],
  ["a timeout", "UT,-", ["VirtualService/default/reviews"]],
  ["an open circuit", "UO", ["DestinationRule/default/reviews"]],
  ["several", "UO,DI", ["DestinationRule/default/reviews", "VirtualService/default/reviews"]],
  ["a client that hung up", "DC", []],
])("%s names the object it comes from", (_, flags, refs) => {
  expect(flagObjects(splitFlags(flags), CONFIG)).toEqual(refs);
});

test.each([
  ["refused by a policy, a connection", { code: 0, flags: "NR" }, ["shop/ports"], []],
  ["refused by nobody, a connection", { code: 0, flags: "NR" }, [], ["NR"]],
  ["where others are refused, a request", { code: 404, flags: "NR" }, ["shop/ports"], ["NR"]],
] as const)("%s has the flags that resources may be the reason of", (_, answers, deniedBy, expected) => {
  expect(flagsOf(answers, deniedBy)).toEqual(expected);
});
