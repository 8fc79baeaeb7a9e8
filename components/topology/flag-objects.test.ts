import { expect, test } from "vitest";
import { flagObjects, splitFlags } from "#components/topology/flag-objects.ts";

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
