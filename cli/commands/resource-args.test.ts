import { expect, test } from "vitest";
import { parseSelection } from "#cli/commands/resource-args.ts";
import { UsageError } from "#cli/failure.ts";

test.each([
  ["vs"],
  ["virtualservice"],
  ["virtualservices"],
  ["VirtualService"],
  ["virtualservices.networking.istio.io"],
])("%s is what kubectl calls it too", (word) => {
  expect(parseSelection([word])).toEqual({ kinds: ["VirtualService"], names: null });
});

test("names follow a type, or stand behind a slash, of several types at once", () => {
  const both = [
    { kind: "VirtualService", name: "a" },
    { kind: "DestinationRule", name: "a" },
  ];
  expect(parseSelection(["vs,dr", "a"]).names).toEqual(both);
  expect(parseSelection(["vs/a", "dr/a"])).toEqual({ kinds: ["VirtualService", "DestinationRule"], names: both });
});

test.each([
  [["pods"], /no resource type "pods"/],
  [[], /which resources/],
  [["vs/a", "b"], /"b" is not TYPE\/NAME/],
  [["vs/shop/a"], /"vs\/shop\/a" is not TYPE\/NAME/],
  [["vs/"], /"vs\/" is not TYPE\/NAME/],
])("%j is refused before the server is asked", (args, message) => {
  expect(() => parseSelection(args)).toThrow(message);
  expect(() => parseSelection(args)).toThrow(UsageError);
});
