import { expect, test } from "vitest";
import { shortenSpiffeId } from "#components/changes/shorten-spiffe-id.ts";

test.each([
  ["spiffe://cluster.local/ns/default/sa/bookinfo-reviews", "default/bookinfo-reviews"],
  ["spiffe://cluster.local/ns/default", "spiffe://cluster.local/ns/default"],
  ["admin-token", "admin-token"],
  ["VirtualService/default/reviews", "VirtualService/default/reviews"],
])("%s is told as %s", (text, short) => expect(shortenSpiffeId(text)).toBe(short));
