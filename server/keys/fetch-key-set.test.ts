import { createServer, type RequestListener } from "node:http";
import { createServer as createSecure } from "node:https";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { makeTestAuthority } from "#grpc/testing/certificates.ts";
import { fetchKeySet } from "#server/keys/fetch-key-set.ts";
import { whyNotAsked } from "#server/keys/why-not-asked.ts";

const KEYS = '{"keys":[]}';
const ends: (() => void)[] = [];
let plain: string;
let secure: string;
afterAll(() => {
  for (const end of ends) end();
});

const answer: RequestListener = ({ url = "" }, response) => {
  const redirect = (to: string) => response.writeHead(302, { location: to }).end();
  const [, path = "", rest = ""] = /^\/([^/]*)\/?(.*)$/.exec(url) ?? [];
  switch (path) {
    case "keys":
      return response.end(KEYS);
    case "certificates":
      return response.end(JSON.stringify({ a: "-----BEGIN CERTIFICATE-----\nx" }));
    case "page":
      return response.end("<html>");
    case "other":
      return response.end('{"a":1}');
    case "gone":
      return response.writeHead(404).end(KEYS);
    case "large":
      return response.end(`${KEYS}${" ".repeat(300_000)}`);
    case "upgrade":
      return response.socket?.end("HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n");
    case "silent":
      return undefined;
    case "stalled":
      return response.write(KEYS.slice(0, 4));
    case "hop":
      return redirect(rest === "0" ? "/keys" : `/hop/${Number(rest) - 1}`);
    case "metadata":
      return redirect("http://169.254.169.254/latest/meta-data");
    case "file":
      return redirect("file:///etc/passwd");
    case ".well-known":
      return response.end(JSON.stringify({ issuer: plain, jwks_uri: `${plain}/keys` }));
    case "nothing":
      return response.end("{}");
    default:
      return response.destroy();
  }
};

beforeAll(async () => {
  const authority = await makeTestAuthority();
  const { cert, key } = await authority.issue("spiffe://cluster.local/ns/a/sa/a");
  const http = createServer(answer);
  const https = createSecure({ cert, key }, answer);
  for (const server of [http, https]) {
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    ends.push(() => {
      server.closeAllConnections();
      server.close();
    });
  }
  plain = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
  secure = `https://127.0.0.1:${(https.address() as AddressInfo).port}`;
});

const fetched = (location: string, allowsLoopback = true, timeoutMs = 5000) =>
  fetchKeySet(location, { allowsLoopback, timeoutMs, signal: new AbortController().signal });

describe("key sets are fetched", () => {
  test.each(["keys", "hop/2", "certificates"])("from /%s", async (path) => {
    expect(JSON.parse(await fetched(`${plain}/${path}`))).toBeTypeOf("object");
  });
  test("by what an issuer publishes of itself", async () => {
    expect(await fetched(`${plain}/.well-known/openid-configuration`)).toBe(KEYS);
  });
});

describe("what is no key set is an error, and never keys", () => {
  test.each<[string, string, RegExp]>([
    ["a page", "page", /sends no JSON object/],
    ["another object", "other", /sends no JSON Web Key Set/],
    ["an error", "gone", /answers 404/],
    ["a megabyte", "large", /sends more than 262144 bytes/],
    ["a long way", "hop/4", /redirects more than 3 times/],
    ["a file", "file", /is not a URL/],
    ["a description without a place", "nothing/.well-known/openid-configuration", /names no jwks_uri/],
    ["a connection that ends", "reset", /cannot be asked: ECONNRESET/],
    ["another protocol", "upgrade", /cannot be asked: it gives no answer of HTTP/],
    ["a redirect to the cloud's metadata", "metadata", /is not asked: 169.254.169.254 is a link-local address/],
  ])("%s", async (_, path, message) => {
    await expect(fetched(`${plain}/${path}`)).rejects.toThrow(message);
  });
  test.each(["silent", "stalled"])("what is %s", async (path) => {
    await expect(fetched(`${plain}/${path}`, true, 200)).rejects.toThrow(/does not answer in time/);
  });
  test("a certificate that nobody vouches for", async () => {
    await expect(fetched(`${secure}/keys`)).rejects.toThrow(/cannot be asked: .*(?:CERT|SELF_SIGNED|ISSUER|SIGNATURE)/);
  });
  test.each([() => plain, () => plain.replace("127.0.0.1", "localhost")])(
    "the control plane's own host",
    async (at) => {
      await expect(fetched(`${at()}/keys`, false)).rejects.toThrow(/is the control plane's own host/);
    },
  );
});

test.each<[string, boolean]>([
  ["203.0.113.9", true],
  ["10.0.0.1", true],
  ["2001:db8::1", true],
  ["169.254.169.254", false],
  ["::ffff:169.254.169.254", false],
  ["fe80::1", false],
  ["fd00:ec2::254", false],
  ["100.100.100.200", false],
  ["0.0.0.0", false],
  ["::", false],
  ["127.0.0.2", false],
  ["::1", false],
  ["::ffff:127.0.0.1", false],
  ["224.0.0.1", false],
  ["168.63.129.16", false],
  ["fd20:ce::254", false],
  ["64:ff9b::a9fe:a9fe", false],
  ["2002:a9fe:a9fe::1", false],
  ["::169.254.169.254", false],
])("%s is asked: %s", (address, isAsked) => {
  expect(whyNotAsked(address, { allowsLoopback: false }) === undefined).toBe(isAsked);
});
