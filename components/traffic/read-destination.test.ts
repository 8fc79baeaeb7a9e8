import { expect, test } from "vitest";
import { readDestination } from "#components/traffic/read-destination.ts";

test.each([
  ["reviews", { host: "reviews", subset: "" }],
  ["  api.example.com  ", { host: "api.example.com", subset: "" }],
  ["reviews   v9", { host: "reviews", subset: "v9" }],
  ["reviews v9 and more", { host: "reviews", subset: "v9 and more" }],
])("reads %j; nothing of it is dropped", (text, destination) => {
  expect(readDestination(text)).toEqual(destination);
});
