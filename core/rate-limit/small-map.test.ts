import { expect, test } from "vitest";
import { SmallMap } from "#core/rate-limit/small-map.ts";
import { fc } from "#testing/fc.ts";

test("whatever is set and deleted, it has what a Map has, in its order", () => {
  const key = fc.constantFrom(..."abcdefghijklmnop");
  const step = fc.oneof(fc.record({ set: key, to: fc.nat() }), fc.record({ delete: key }));
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const small = new SmallMap<number>();
      const map = new Map<string, number>();
      for (const each of steps) {
        if ("delete" in each) {
          small.delete(each.delete);
          map.delete(each.delete);
        } else {
          small.set(each.set, each.to);
          map.set(each.set, each.to);
        }
        expect([...small]).toEqual([...map]);
        expect(small.size).toBe(map.size);
        for (const name of "abcp") expect([small.get(name), small.has(name)]).toEqual([map.get(name), map.has(name)]);
      }
    }),
  );
});

test("an entry that is deleted while it is gone through does not hide the next", () => {
  const small = new SmallMap<number>();
  for (const key of "abc") small.set(key, 1);
  const seen: string[] = [];
  for (const [key] of small) {
    seen.push(key);
    small.delete(key);
  }
  expect(seen).toEqual(["a", "b", "c"]);
});
