import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { Compiler } from "#server/envoy/create-compiler.ts";
import { readCase } from "#server/envoy/testing/read-case.ts";

const CASE = readFileSync(join(import.meta.dirname, "../testdata/tokens.in.yaml"), "utf8");
const AT = "https://keys.example.com/jwks";
const NOTHING = { revision: 1, upserts: [], deletes: [], instanceUpserts: [], instanceDeletes: [] };

test("proxies get other keys when others are fetched, and those alone that check tokens with them", () => {
  const { snapshot, node } = readCase(CASE);
  const compiler = new Compiler(snapshot, (bytes) => createHash("sha1").update(bytes).digest("hex"));
  const { layers } = compiler.open(node);
  const held = () =>
    layers
      .flatMap(({ resources }) => [...(resources.get("LDS")?.values() ?? [])])
      .map(({ body }) => Buffer.from(body).toString("latin1"))
      .join();
  const change = { ...NOTHING, keySets: { [AT]: '{"keys":["another"]}' } };
  expect(compiler.preview(change).changes.map(({ type }) => type)).toEqual(["LDS"]);
  expect(held()).not.toContain("another");
  compiler.apply(change);
  expect(held()).toContain("another");
  compiler.apply({ ...NOTHING, keySets: { [AT]: null } });
  expect(held()).not.toContain("another");
  expect(compiler.preview({ ...NOTHING, keySets: { "https://elsewhere": "{}" } }).changes).toEqual([]);
});
