import { expect, test } from "vitest";
import type { CertificateFacts, CredentialFacts } from "#core/registry/credential.ts";
import type { WorkloadInstance } from "#core/registry/instance.ts";
import { parseDocuments } from "#core/resource/parse-documents.ts";
import { formatPath } from "#core/schema/path.ts";
import { describeCredentials } from "#server/services/describe-credentials.ts";

const NOW = Date.parse("2030-06-01T00:00:00Z");
const DAY_MS = 24 * 3600_000;

const gateway = (tls: string, hosts = "shop.example.com") => `
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: { name: web, namespace: default }
spec:
  selector: { istio: ingress }
  servers: [{ port: { number: 443, name: https, protocol: HTTPS }, hosts: ["${hosts}"], tls: { ${tls} } }]
`;
const rule = (tls: string) => `
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: bank, namespace: default }
spec: { host: bank.example.com, trafficPolicy: { tls: { ${tls} } } }
`;

function instance(namespace: string, labels: Record<string, string>): WorkloadInstance {
  const rest = { workload: "w", serviceAccount: "w", address: "127.0.0.1", ports: [], locality: "", weight: 1 };
  return { namespace, name: "w-0", labels, health: "healthy", ...rest };
}
const INGRESS = [instance("edge", { istio: "ingress" }), instance("default", { app: "shop" })];

const certificate = (more: Partial<CertificateFacts> = {}): CertificateFacts => ({
  subject: "CN=shop",
  issuer: "CN=root",
  names: ["shop.example.com"],
  notBeforeMs: NOW - DAY_MS,
  notAfterMs: NOW + 90 * DAY_MS,
  fingerprint: "00",
  ...more,
});
const pair = (more: Partial<CertificateFacts> = {}): CredentialFacts => ({
  kind: "usable",
  digest: "d",
  certificate: certificate(more),
  roots: [],
});
const roots = (...ends: readonly number[]): CredentialFacts => ({
  kind: "usable",
  digest: "r",
  roots: ends.map((notAfterMs) => certificate({ notAfterMs })),
});

const revoking = (
  times: readonly (readonly [number, number])[],
  withoutList: readonly string[] = [],
): CredentialFacts => ({
  kind: "usable",
  digest: "l",
  roots: [certificate()],
  revocation: {
    lists: times.map(([thisUpdateMs, nextUpdateMs], index) => ({ issuer: `CN=${index}`, thisUpdateMs, nextUpdateMs })),
    withoutList,
  },
});

function told(yaml: string, stored: Record<string, CredentialFacts>, instances = INGRESS): string[] {
  const resources = parseDocuments(yaml, {}).documents.flatMap(({ resource }) => resource ?? []);
  return describeCredentials(resources, instances, new Map(Object.entries(stored)), NOW).map(
    ({ severity, code, path = [], message, hint }) =>
      `${severity} ${code} ${formatPath(path)}: ${message}${hint === undefined ? " WITHOUT A NEXT STEP" : ""}`,
  );
}

const AT = "spec.servers[0].tls.credentialName";
const SIMPLE = "mode: SIMPLE, credentialName: shop";

test.each<[string, string, Record<string, CredentialFacts>, string[]]>([
  ["nothing of one that is well", gateway(SIMPLE), { "edge/shop": pair() }, []],
  [
    "one that is not stored, with its namespace",
    gateway(SIMPLE),
    { "default/shop": pair() },
    [`error credential-not-usable ${AT}: no credential edge/shop is stored; nothing is served in its place`],
  ],
  [
    "one of another namespace",
    gateway("mode: SIMPLE, credentialName: default/shop"),
    { "default/shop": pair() },
    [
      `error credential-not-usable ${AT}: the credential default/shop is of namespace default, and the proxy that needs it of edge; nothing is served in its place`,
    ],
  ],
  [
    "one that cannot be opened",
    gateway(SIMPLE),
    { "edge/shop": { kind: "damaged" } },
    [`error credential-not-usable ${AT}: the credential edge/shop cannot be opened; nothing is served in its place`],
  ],
  [
    "one without certificate, the second of two",
    gateway("mode: SIMPLE, credentialNames: [shop, rsa]"),
    { "edge/shop": pair(), "edge/rsa": roots(NOW + DAY_MS) },
    [
      "error credential-not-usable spec.servers[0].tls.credentialNames[1]: the credential edge/rsa holds no certificate and key; nothing is served in its place",
    ],
  ],
  [
    "nothing of two of which one is for the host",
    gateway("mode: SIMPLE, credentialNames: [bank, shop]"),
    { "edge/shop": pair(), "edge/bank": pair({ names: ["bank.example.com"] }) },
    [],
  ],
  [
    "two of which none is for the host",
    gateway("mode: SIMPLE, credentialNames: [bank, other]"),
    { "edge/other": pair({ names: ["other.example.com"] }), "edge/bank": pair({ names: ["bank.example.com"] }) },
    ["bank", "other"].map(
      (name, index) =>
        `warning credential-for-other-hosts spec.servers[0].tls.credentialNames[${index}]: the certificate of edge/${name} is for ${name}.example.com, and not for shop.example.com`,
    ),
  ],
  [
    "authorities that are nowhere",
    gateway("mode: MUTUAL, credentialName: shop"),
    { "edge/shop": pair() },
    [
      `error credential-not-usable ${AT}: the credential edge/shop holds no authorities; no peer can be checked, and none is taken`,
    ],
  ],
  [
    "nothing where the companion has them",
    gateway("mode: MUTUAL, credentialName: shop"),
    { "edge/shop": pair(), "edge/shop-cacert": roots(NOW + DAY_MS) },
    [],
  ],
  [
    "nothing of revocation lists that are well",
    gateway("mode: MUTUAL, credentialName: shop"),
    { "edge/shop": pair(), "edge/shop-cacert": revoking([[NOW - DAY_MS, NOW + 6 * DAY_MS]]) },
    [],
  ],
  [
    "revocation lists that have ended or soon will, and an authority without one",
    gateway("mode: MUTUAL, credentialName: shop"),
    {
      "edge/shop": pair(),
      "edge/shop-cacert": revoking(
        [
          [NOW - 7 * DAY_MS, NOW],
          [NOW - 6 * DAY_MS, NOW + DAY_MS],
        ],
        ["CN=other"],
      ),
    },
    [
      `error credential-not-usable ${AT}: the revocation list of CN=0 in edge/shop-cacert ended 2030-06-01T00:00:00.000Z: none of its certificates is taken`,
      `warning credential-ends-soon ${AT}: the revocation list of CN=1 in edge/shop-cacert ends soon, 2030-06-02T00:00:00.000Z`,
      `warning credential-not-usable ${AT}: the authority CN=other of edge/shop-cacert has no revocation list, and others have: none of its certificates is taken`,
    ],
  ],
  [
    "authorities of which one has ended, and all",
    gateway("mode: OPTIONAL_MUTUAL, credentialName: shop, caCertCredentialName: clients"),
    { "edge/shop": pair(), "edge/clients": roots(NOW - DAY_MS, NOW + DAY_MS) },
    [
      "warning credential-not-usable spec.servers[0].tls.caCertCredentialName: the authority CN=shop of edge/clients ended 2030-05-31T00:00:00.000Z: the others are trusted still",
    ],
  ],
  [
    "one that has ended",
    gateway(SIMPLE),
    { "edge/shop": pair({ notAfterMs: NOW - DAY_MS }) },
    [
      `error credential-not-usable ${AT}: the certificate of edge/shop ended 2030-05-31T00:00:00.000Z: clients refuse it`,
    ],
  ],
  [
    "one that ends soon",
    gateway(SIMPLE),
    { "edge/shop": pair({ notAfterMs: NOW + 13 * DAY_MS }) },
    [`warning credential-ends-soon ${AT}: the certificate of edge/shop ends soon, 2030-06-14T00:00:00.000Z`],
  ],
  [
    "one for another host",
    gateway(SIMPLE, "bank.example.com"),
    { "edge/shop": pair({ names: ["shop.example.com", "*.shop.example.com"] }) },
    [
      `warning credential-for-other-hosts ${AT}: the certificate of edge/shop is for shop.example.com, *.shop.example.com, and not for bank.example.com`,
    ],
  ],
  [
    "nothing where a wildcard covers",
    gateway(SIMPLE, "a.example.com"),
    { "edge/shop": pair({ names: ["*.example.com"] }) },
    [],
  ],
  ["nothing of a server for every host", gateway(SIMPLE, "*"), { "edge/shop": pair() }, []],
  [
    "what a rule names for gateways",
    `${gateway(SIMPLE)}---${rule("mode: MUTUAL, credentialName: me")}`,
    { "edge/shop": pair(), "edge/me": pair() },
    [
      "error credential-not-usable spec.trafficPolicy.tls.credentialName: the credential edge/me holds no authorities; no peer can be checked, and none is taken",
    ],
  ],
  ["nothing of what has no effect", gateway("mode: PASSTHROUGH, credentialName: shop"), {}, []],
])("tells of %s", (_, yaml, stored, expected) => {
  expect(told(yaml, stored)).toEqual(expected);
});

test("where no gateway runs yet it is looked for in the resource's own namespace, and only warned of", () => {
  const message = `warning credential-not-usable ${AT}: no credential default/shop is stored; nothing is served in its place`;
  expect(told(gateway(SIMPLE), {}, [])).toEqual([message]);
  expect(told(gateway(SIMPLE), { "default/shop": pair() }, [])).toEqual([]);
});

test("authorities are stored beside the pair, never in its place", () => {
  const resources = parseDocuments(gateway("mode: MUTUAL, credentialName: shop"), {}).documents.flatMap(
    ({ resource }) => resource ?? [],
  );
  const hints = (stored: Record<string, CredentialFacts>) =>
    describeCredentials(resources, INGRESS, new Map(Object.entries(stored)), NOW).map(({ hint }) => hint);
  const companion = "`pharos credential apply shop-cacert -n edge --ca FILE`";
  expect(hints({ "edge/shop": pair() })).toEqual([`store them: ${companion}`]);
  expect(hints({})).toEqual([
    "store it: `pharos credential apply shop -n edge --cert FILE --key FILE`",
    `store it: ${companion}`,
  ]);
});

test("a rule is held against the gateways there are, whichever resources are asked about", () => {
  const read = (yaml: string) => parseDocuments(yaml, {}).documents.flatMap(({ resource }) => resource ?? []);
  const asked = read(rule("mode: SIMPLE, credentialName: me"));
  const messages = (among?: ReturnType<typeof read>) =>
    describeCredentials(asked, INGRESS, new Map(), NOW, among).map(({ severity, message }) => `${severity} ${message}`);
  const lacks = (key: string) => `no credential ${key} is stored; no peer can be checked, and none is taken`;
  expect(messages()).toEqual([`warning ${lacks("default/me")}`]);
  expect(messages(read(gateway(SIMPLE)))).toEqual([`error ${lacks("edge/me")}`]);
});
