import { expect, test } from "vitest";
import { readDescriptor, setOfDescriptor } from "#core/simulate/limits/read-descriptor.ts";
import { TOKEN_FILTER, TOKEN_PAYLOAD } from "#core/xds/token-metadata.ts";

const entries = (all: Record<string, string>) => Object.entries(all).map(([key, value]) => ({ key, value }));
const read = (all: Record<string, string>) => readDescriptor(entries(all));

test("the set is told apart from what there is of the request", () => {
  expect(setOfDescriptor(entries({ "header::path": "/", set: "1f" }))).toBe("1f");
  expect(setOfDescriptor(entries({ "header:set": "1f" }))).toBeUndefined();
});

test("headers are as they came, also one that is empty or begins like an entry", () => {
  const { headers } = read({ "header::path": "/a", "header:x-empty": "", "header:x-mark": "=a" });
  expect(headers.firstLine(":path")).toBe("/a");
  expect(headers.firstLine("x-empty")).toBe("");
  expect(headers.firstLine("x-mark")).toBe("=a");
});

test("what there is nothing of is not there: no certificate, no token, no name", () => {
  const { connection, metadata } = read({ peer: "=", claims: "=", sni: "=", remote: "=10.0.0.7" });
  expect(connection.tls).toBeUndefined();
  expect(metadata.get(TOKEN_FILTER)).toBeUndefined();
});

test("a caller is who its certificate says, under the name that it asked for", () => {
  const { connection } = read({ peer: "=spiffe://a/ns/b/sa/c", sni: "=shop" });
  expect(connection.tls?.peer?.uris).toEqual(["spiffe://a/ns/b/sa/c"]);
  expect(connection.tls?.serverName).toBe("shop");
});

test("the client is who connects where nobody says otherwise", () => {
  const { client, connection } = read({ remote: "=10.0.0.7" });
  expect(client).toEqual(connection.remote);
  expect([...(read({ remote: "=10.0.0.7", client: "=192.0.2.1" }).client?.bytes ?? [])]).toEqual([192, 0, 2, 1]);
});

test.each([
  ["10.0.0.7:80", [10, 0, 0, 7], 80],
  ["[::1]:8080", [...Array.from({ length: 15 }, () => 0), 1], 8080],
])("it meant to connect to %s", (local, bytes, port) => {
  const { connection } = read({ local: `=${local}` });
  expect([...(connection.local?.bytes ?? [])]).toEqual(bytes);
  expect(connection.localPort).toBe(port);
});

test("claims are those of the token; what is no JSON claims nothing", () => {
  const claims = (text: string) =>
    (read({ claims: `=${text}` }).metadata.get(TOKEN_FILTER) as Record<string, unknown>)[TOKEN_PAYLOAD];
  expect(claims('{"sub":"a"}')).toEqual({ sub: "a" });
  expect(claims("{")).toEqual({});
});
