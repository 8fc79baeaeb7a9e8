import { expect, test } from "vitest";
import type { Refusal } from "#core/view/mesh.ts";
import type { Connection } from "#server/xds/connection.ts";
import { ProxyBook } from "#server/xds/proxy-book.ts";
import { sumRefusals } from "#server/xds/sum-refusals.ts";

const REFUSAL: Refusal = {
  at: "2026-01-01T00:00:00Z",
  type: "LDS",
  resource: "0.0.0.0_8080",
  message: "error adding\nlistener",
  origins: [{ resource: "Gateway/default/web", path: "spec.servers[0]" }],
};

let asked = 0;
const connectionOf = (workload: string, refusals: readonly Refusal[], id = workload): Connection =>
  ({
    node: { id, name: id, namespace: "default", metadata: { WORKLOAD_NAME: workload } },
    refused() {
      asked += 1;
      return refusals;
    },
  }) as never;

test("what several refuse in the same words is one, and each workload is named once", () => {
  const of = ["a", "b", "b"].map((workload, index) => connectionOf(workload, [REFUSAL], `${workload}-${index}`));
  const { type, resource, origins } = REFUSAL;
  expect(sumRefusals(of)).toEqual([
    { type, resource, origins, message: "error adding listener", workloads: ["default/a", "default/b"] },
  ]);
});

test("other words and other objects are told apart, and a fleet that makes up words does not make it longer", () => {
  const elsewhere = { ...REFUSAL, origins: [{ resource: "Gateway/default/other" }] };
  expect(sumRefusals([connectionOf("a", [REFUSAL]), connectionOf("b", [elsewhere])])).toHaveLength(2);
  const many = Array.from({ length: 50 }, (_, index) =>
    connectionOf(`w${index}`, [{ ...REFUSAL, message: `${index}`.padEnd(5000, "x") }]),
  );
  const told = sumRefusals(many);
  expect(told.map(({ message }) => message.length)).toEqual([1000, 1000, 1000, expect.any(Number)]);
  expect(told.map(({ workloads }) => workloads.length)).toEqual([1, 1, 1, 47]);
  expect(told[3]?.message).toBe("in other words, on the page of each proxy");
});

test("what many share is written out once, and what is equal is one", () => {
  let written = 0;
  const [origin] = REFUSAL.origins;
  const counted = {
    ...origin,
    toJSON() {
      written += 1;
      return origin;
    },
  };
  const shared = { ...REFUSAL, origins: [counted] } as Refusal;
  const many = Array.from({ length: 50 }, (_, index) => connectionOf(`w${index}`, [shared]));
  expect(sumRefusals([...many, connectionOf("own", [REFUSAL])])).toMatchObject([{ workloads: { length: 51 } }]);
  expect(written).toBe(1);
});

test("only who refused something on the connection that it has is asked", () => {
  const book = new ProxyBook();
  const [shop, other] = [connectionOf("shop", [REFUSAL]), connectionOf("other", [])];
  book.connect(shop, null);
  book.connect(other, null);
  asked = 0;
  expect([book.refusals(), asked]).toEqual([[], 0]);
  book.refused("shop", [REFUSAL]);
  expect([book.refusals().length, asked]).toEqual([1, 1]);
  book.connect(connectionOf("shop", []), null);
  expect([book.refusals(), asked]).toEqual([[], 1]);
  book.refused("other", [REFUSAL]);
  book.disconnect(other, 1, 0);
  expect([book.refusals(), asked]).toEqual([[], 1]);
});
