import { beforeEach, expect, test } from "vitest";
import type { PeerCertificate } from "#grpc/peer.ts";
import { DistrustBook, type DistrustLine } from "#server/mesh/distrust-book.ts";

const ID = "spiffe://cluster.local/ns/default/sa/reviews";
let lines: DistrustLine[];
let book: DistrustBook;
let port = 1000;

beforeEach(() => {
  lines = [];
  book = new DistrustBook((line) => lines.push(line));
});

function connect(host: string, uri = ID, problem = "CERT_HAS_EXPIRED"): void {
  const certificate: PeerCertificate = {
    isTrusted: false,
    problem,
    uris: [uri],
    serial: "01",
    notBefore: new Date(0),
    notAfter: new Date(0),
    der: Buffer.of(),
  };
  book.add({ peer: { address: `${host}:${port++}`, certificate }, reason: `${uri} ${problem}` });
}
const take = (): string[] =>
  lines.splice(0).map(({ node, from, reason }) => [node, from.split(":")[0], reason].join(" | "));

test("each host, identity and problem is told of at once", () => {
  connect("10.0.0.1");
  connect("10.0.0.2");
  connect("10.0.0.2", `${ID}-v2`);
  connect("10.0.0.2", ID, "UNABLE_TO_VERIFY_LEAF_SIGNATURE");
  book.add({ peer: { address: "10.0.0.2:9", certificate: null }, reason: "the TLS handshake failed: http request" });
  expect(take()).toEqual([
    `${ID} | 10.0.0.1 | ${ID} CERT_HAS_EXPIRED`,
    `${ID} | 10.0.0.2 | ${ID} CERT_HAS_EXPIRED`,
    `${ID}-v2 | 10.0.0.2 | ${ID}-v2 CERT_HAS_EXPIRED`,
    `${ID} | 10.0.0.2 | ${ID} UNABLE_TO_VERIFY_LEAF_SIGNATURE`,
    "unknown | 10.0.0.2 | the TLS handshake failed: http request",
  ]);
});

test("one who tries again and again is one line and then a number", () => {
  for (let index = 0; index < 100; index++) connect("10.0.0.1");
  expect(take()).toHaveLength(1);
  book.summarize();
  expect(take()).toEqual([`${ID} | 10.0.0.1 | 99 more times: ${ID} CERT_HAS_EXPIRED`]);
  connect("10.0.0.1");
  connect("10.0.0.1");
  expect(take()).toEqual([]);
  book.summarize();
  expect(take()).toEqual([`${ID} | 10.0.0.1 | 2 more times: ${ID} CERT_HAS_EXPIRED`]);
  book.summarize();
  book.summarize();
  connect("10.0.0.1");
  expect(take(), "after a quiet while it is news again").toEqual([`${ID} | 10.0.0.1 | ${ID} CERT_HAS_EXPIRED`]);
});

test("one who tries again from each address of an IPv6 network is one", () => {
  for (let index = 1; index <= 100; index++) connect(`2001:db8::${index}`);
  expect(take()).toHaveLength(1);
});

test("who makes identities as he goes cannot fill the book, and is counted", () => {
  for (let index = 0; index < 5000; index++) connect("10.0.0.1", `${ID}-${index}`);
  expect(take()).toHaveLength(1001);
  book.summarize();
  expect(take()).toEqual(["unknown |  | 3999 more connections of many kinds were not trusted"]);
});

test("a name without end is cut", () => {
  connect("10.0.0.1", `spiffe://${"x".repeat(100_000)}`);
  expect(lines[0]?.node).toHaveLength(300);
});
