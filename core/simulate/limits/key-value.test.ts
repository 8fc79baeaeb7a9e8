import { expect, test } from "vitest";
import { keyValue } from "#core/simulate/limits/key-value.ts";
import { prepareKey } from "#core/simulate/limits/prepare-key.ts";
import { readDescriptor } from "#core/simulate/limits/read-descriptor.ts";

const REQUEST = {
  ...{
    "header::path": "/orders/7?page=2&empty=&page=3&%73pelled=%61+b%26%c3%bc&spelled=b#?page=4",
    "header::method": "PUT",
    "header:x-key": "gold:ü-9",
    "header:x-empty": "",
  },
  ...{ remote: "=10.1.2.3", client: "=192.0.2.1" },
};
const EVERYTHING = { prefixLength: undefined, templates: [], ranges: [], regex: undefined };

function read(attribute: string, part: object = {}, more: Record<string, string> = {}) {
  const entries = Object.entries({ ...REQUEST, ...more }).map(([key, value]) => ({ key, value }));
  return keyValue(prepareKey({ ...EVERYTHING, attribute, ...part }), readDescriptor(entries), new Set());
}
const pathOf = (path: string, ...templates: string[]) => read("request.path", { templates }, { "header::path": path });

test.each<[string, object, string | null]>([
  ["request.method", {}, "PUT"],
  ["request.path", {}, "/orders/7"],
  ["request.query[page]", {}, "2"],
  ["request.query[empty]", {}, null],
  ["request.query[spelled]", {}, "a b&ü"],
  ["request.headers[x-empty]", {}, null],
  ["request.query[none]", {}, null],
  ["request.headers[x-key]", { regex: "^([a-z]+):" }, "gold"],
  ["request.headers[x-key]", { regex: "ü-[0-9]" }, "ü-9"],
  ["request.headers[x-key]", { regex: "^silver" }, null],
  ["request.headers[x-key]", { regex: "^x*" }, null],
  ["source.ip", { ranges: ["10.0.0.0/8", "10.1.0.0/16"] }, "10.1.0.0/16"],
  ["source.ip", { ranges: ["10.1.2.3"] }, "10.1.2.3"],
  ["source.ip", { ranges: ["192.0.2.0/24", "::/0"] }, null],
  // At a sidecar nobody is believed whom he calls for.
  ["remote.ip", { ranges: ["192.0.2.0/24"] }, null],
])("%s of %j", (attribute, part, expected) => expect(read(attribute, part)).toBe(expected));

test.each(["shop.example.com", "Shop.EXAMPLE.com", "shop.example.com:1234"])(
  "%s is one host, however it is written",
  (authority) =>
    expect(read("request.headers[:authority]", {}, { "header::authority": authority })).toBe("shop.example.com"),
);

test("paths of one template are one, of the first that they are of", () => {
  const templates = ["/orders/{*}", "/files/{**}", "/orders/{*}/{*}"];
  expect(pathOf("/orders/7?x=/", ...templates)).toBe("/orders/{*}");
  expect(pathOf("/orders/8", ...templates)).toBe("/orders/{*}");
  expect(pathOf("/orders/8/items", ...templates)).toBe("/orders/{*}/{*}");
  expect(pathOf("/files/a/b.txt", ...templates)).toBe("/files/{**}");
  expect(pathOf("/orders/", ...templates)).toBeNull();
  expect(pathOf("/Orders/7", ...templates)).toBeNull();
});

test("addresses of IPv6 are written as people write them, whole and by range", () => {
  const remote = { remote: "=2001:DB8:0:1:0:0:a:b" };
  expect(read("source.ip", { prefixLength: 64 }, remote)).toBe("2001:db8:0:1::/64");
  expect(read("source.ip", { prefixLength: 61 }, remote)).toBe("2001:db8::/61");
  expect(read("source.ip", {}, remote)).toBe("2001:db8:0:1::a:b");
  expect(read("source.ip", { prefixLength: 0 }, remote)).toBe("::/0");
});

test("lists of a claim are told apart by their values, in whatever order they stand", () => {
  const groups = (...values: string[]) =>
    read("request.auth.claims[groups]", {}, { claims: `=${JSON.stringify({ groups: values })}` });
  expect(groups("b", "a")).toBe("a b");
  expect(groups("a", "b")).toBe("a b");
  expect(groups("a b")).not.toBe(groups("a", "b"));
  expect(groups()).toBeNull();
});
