import { expect, test } from "vitest";
import { PendingTexts } from "#components/ui/pending-texts.ts";

test("what can be taken is taken, and the rest is named with its field", () => {
  const pending = new PendingTexts();
  const taken: string[] = [];
  let told = 0;
  pending.subscribe(() => {
    told += 1;
  });
  pending.set("a", { label: "Paths", text: "/admin/*", take: () => taken.push("/admin/*") > 0 });
  pending.set("b", { label: "Header name", text: "x-user", take: () => false });
  expect(pending.takeAll()).toEqual(['"x-user" in Header name']);
  expect(taken).toEqual(["/admin/*"]);
  expect(pending.size).toBe(1);
  expect(told).toBe(3);
});
