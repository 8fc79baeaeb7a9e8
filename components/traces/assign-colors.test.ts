import { expect, test } from "vitest";
import { assignColors } from "#components/traces/assign-colors.ts";

const services = ["ingressgateway", "productpage", "details", "reviews", "ratings", "a", "b", "c"];

test("up to eight services each have a colour of their own", () => {
  expect(new Set(assignColors(services).values()).size).toBe(8);
});

test("the order in which services come does not matter", () => {
  expect(assignColors([...services].reverse())).toEqual(assignColors(services));
});

test("more services than colours still all have one", () => {
  const many = Array.from({ length: 20 }, (_, index) => `s${index}`);
  expect([...assignColors(many).keys()]).toHaveLength(20);
});
