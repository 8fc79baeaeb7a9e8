import { expect, test } from "vitest";
import type { Connection } from "#server/xds/connection.ts";
import { ProxyBook } from "#server/xds/proxy-book.ts";

const connectionOf = (name: string, spiffeId: string): Connection =>
  ({
    node: { id: name, name, namespace: "default", metadata: { LABELS: {} } },
    spiffeId,
    connectedSinceMs: 0,
    isCurrent: true,
  }) as never;

test("of one identity's proxies that have gone the last are remembered, and nobody's are forgotten for them", () => {
  const book = new ProxyBook();
  const shop = connectionOf("shop-0", "shop");
  book.connect(shop, null);
  book.disconnect(shop, 1, 0);
  for (let index = 0; index < 1000; index += 1) {
    const ghost = connectionOf(`ghost-${index}`, "attacker");
    book.connect(ghost, null);
    book.disconnect(ghost, 1, index);
  }
  const away = book.away();
  expect(away).toContain("shop-0");
  expect(away).toHaveLength(201);
  expect(away).toContain("ghost-999");
  expect(away).not.toContain("ghost-0");
});

test("of all that have gone there is a last, too", () => {
  const book = new ProxyBook();
  for (let index = 0; index < 6000; index += 1) {
    const each = connectionOf(`one-${index}`, `account-${index}`);
    book.connect(each, null);
    book.disconnect(each, 1, index);
  }
  expect(book.away()).toHaveLength(5000);
});

test("one that comes back is not forgotten for others that go, and counts anew when it goes again", () => {
  const book = new ProxyBook();
  const shop = connectionOf("shop-0", "shop");
  book.connect(shop, null);
  book.disconnect(shop, 1, 0);
  book.connect(shop, null);
  expect(book.away()).toEqual([]);
  for (let index = 0; index < 300; index += 1) {
    const each = connectionOf(`shop-of-old-${index}`, "shop");
    book.connect(each, null);
    book.disconnect(each, 1, index);
  }
  expect(book.connection("shop-0")).toBe(shop);
  book.disconnect(shop, 1, 300);
  expect(book.away().at(-1)).toBe("shop-0");
  expect(book.away()).toHaveLength(200);
});
