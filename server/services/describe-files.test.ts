import { expect, test } from "vitest";
import type { WorkloadInstance } from "#core/registry/instance.ts";
import { parseDocuments } from "#core/resource/parse-documents.ts";
import { formatPath } from "#core/schema/path.ts";
import { FILE_FAULTS, type FileProblem } from "#core/xds/file-problem.ts";
import { nameCertificate, nameRoots } from "#core/xds/file-secret-name.ts";
import { describeFiles } from "#server/services/describe-files.ts";

const CONFIG = `---
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: { name: web, namespace: edge }
spec:
  selector: { istio: ingressgateway }
  servers:
    - { port: { number: 80, name: http, protocol: HTTP }, hosts: ["*"] }
    - port: { number: 443, name: https, protocol: HTTPS }
      hosts: [shop.example]
      tls: { mode: MUTUAL, serverCertificate: /tls/a.crt, privateKey: /tls/a.key, caCertificates: /tls/ca.crt }
---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: bank, namespace: shop }
spec:
  host: bank.example
  exportTo: ["."]
  trafficPolicy:
    tls: { mode: SIMPLE, caCertificates: /tls/bank.crt }
    portLevelSettings:
      - port: { number: 443 }
        tls: { mode: MUTUAL, clientCertificate: /tls/me.crt, privateKey: /tls/me.key }
  subsets:
    - name: old
      trafficPolicy: { tls: { mode: SIMPLE, caCertificates: /tls/old.crt } }
`;
const { documents } = parseDocuments(CONFIG, {});
const RESOURCES = documents.flatMap(({ resource }) => resource ?? []);

function instance(namespace: string, name: string, labels: Record<string, string>): WorkloadInstance {
  const rest = {
    serviceAccount: "a",
    address: "10.0.0.1",
    ports: [],
    health: "healthy",
    locality: "",
    weight: 1,
  } as const;
  return { namespace, name, workload: name, labels, ...rest };
}
const GATEWAY = instance("edge", "ingress-0", { istio: "ingressgateway" });
const CALLER = instance("shop", "cart-0", { app: "cart" });
const INSTANCES = [GATEWAY, CALLER];

const PAIR = nameCertificate("/tls/a.crt", "/tls/a.key");
const missing = (secret: string, path: string): FileProblem => ({
  secret,
  path,
  fault: "missing",
  isLastGoodServed: false,
});
const keyOf = ({ namespace, name }: WorkloadInstance) => `${namespace}/${name}`;
const told = (by: WorkloadInstance, ...problems: FileProblem[]) =>
  describeFiles(RESOURCES, INSTANCES, new Map([[keyOf(by), problems]]));

test.each([
  ["a gateway's certificate", GATEWAY, PAIR, "/tls/a.crt", "Gateway/edge/web spec.servers[1].tls.serverCertificate"],
  ["its key", GATEWAY, PAIR, "/tls/a.key", "Gateway/edge/web spec.servers[1].tls.privateKey"],
  [
    "its clients' authorities",
    GATEWAY,
    nameRoots("/tls/ca.crt"),
    "/tls/ca.crt",
    "Gateway/edge/web spec.servers[1].tls.caCertificates",
  ],
  [
    "a rule's authorities",
    CALLER,
    nameRoots("/tls/bank.crt"),
    "/tls/bank.crt",
    "DestinationRule/shop/bank spec.trafficPolicy.tls.caCertificates",
  ],
  [
    "a port's certificate",
    CALLER,
    nameCertificate("/tls/me.crt", "/tls/me.key"),
    "/tls/me.crt",
    "DestinationRule/shop/bank spec.trafficPolicy.portLevelSettings[0].tls.clientCertificate",
  ],
  [
    "a subset's authorities",
    CALLER,
    nameRoots("/tls/old.crt"),
    "/tls/old.crt",
    "DestinationRule/shop/bank spec.subsets[0].trafficPolicy.tls.caCertificates",
  ],
])("a file that is not there is told at the field that names it: %s", (_, by, secret, path, place) => {
  const findings = told(by, missing(secret, path));
  expect(findings.map(({ resource = "", path: at = [] }) => `${resource} ${formatPath(at)}`)).toEqual([place]);
  expect(findings).toMatchObject([
    {
      severity: "error",
      code: "file-not-usable",
      message: `${path} is not there; nothing is served in its place`,
      hint: `on the host of ${keyOf(by)}: put it there, or correct the path; it is read again by itself`,
    },
  ]);
});

test.each([
  ["no object names", CALLER, missing(nameRoots("/etc/shadow"), "/etc/shadow")],
  ["a gateway has that does not select it", CALLER, missing(PAIR, "/tls/a.crt")],
  ["a rule has that it does not see", GATEWAY, missing(nameRoots("/tls/bank.crt"), "/tls/bank.crt")],
  ["is half of another pair", GATEWAY, missing(nameCertificate("/tls/a.crt", "/tls/other.key"), "/tls/a.crt")],
])("a claim about a file that %s makes no finding", (_, by, problem) => {
  expect(told(by, problem)).toEqual([]);
});

test("what is served all the same is a warning, what has ended is an error, and every fault has words and a next step", () => {
  const of = (fault: FileProblem["fault"], isLastGoodServed: boolean) =>
    told(GATEWAY, { secret: PAIR, path: "/tls/a.key", fault, isLastGoodServed })[0];
  expect(of("other-key", true)).toMatchObject({
    severity: "warning",
    message: "the key in /tls/a.key is not that of the certificate in /tls/a.crt; the last good one is served",
  });
  expect(of("ended", true)?.severity).toBe("error");
  expect(of("root-ended", true)).toMatchObject({
    severity: "warning",
    message: "one of the roots in /tls/a.key ended: the others are trusted still",
  });
  for (const fault of FILE_FAULTS)
    expect(of(fault, false)?.hint).toMatch(/^on the host of edge\/ingress-0: \w.+; it is read/);
});

test("many hosts that lack the same file are one finding, and the first few are named", () => {
  const many = Array.from({ length: 8 }, (_, index) => instance("edge", `ingress-${index}`, GATEWAY.labels));
  const said = new Map(many.map((each) => [keyOf(each), [missing(PAIR, "/tls/a.crt")]]));
  const findings = describeFiles(RESOURCES, many, said);
  expect(findings).toHaveLength(1);
  expect(findings[0]?.hint).toContain("edge/ingress-4 and 3 more: ");
});

test("what agents add of their own makes no other finding: the earliest end is told, and an error's name that all have", () => {
  const many = Array.from({ length: 8 }, (_, index) => instance("edge", `ingress-${index}`, GATEWAY.labels));
  const tellEach = (problemOf: (index: number) => FileProblem) =>
    describeFiles(RESOURCES, many, new Map(many.map((each, index) => [keyOf(each), [problemOf(index)]])));
  const rest = missing(PAIR, "/tls/a.crt");
  const ended = tellEach((index) => ({ ...rest, fault: "ended", endedAtMs: 1000 * (8 - index) }));
  expect(ended.map(({ message }) => message)).toEqual(["a certificate of /tls/a.crt ended 1970-01-01T00:00:01.000Z"]);
  const unreadable = tellEach((index) => ({ ...rest, fault: "unreadable", errno: `E${index}` }));
  expect(unreadable.map(({ message }) => message)).toEqual([
    "/tls/a.crt cannot be read; nothing is served in its place",
  ]);
});

test("what workloads of other namespaces lack of a rule's files is a warning: they cannot fail its owner's changes", () => {
  const resources = RESOURCES.map((each) =>
    each.kind === "DestinationRule" ? { ...each, spec: { ...each.spec, exportTo: ["*"] } } : each,
  );
  const stranger = instance("elsewhere", "x-0", {});
  const roots = missing(nameRoots("/tls/bank.crt"), "/tls/bank.crt");
  const severities = (...by: WorkloadInstance[]) =>
    describeFiles(resources, by, new Map(by.map((each) => [keyOf(each), [roots]]))).map(({ severity }) => severity);
  expect(severities(stranger)).toEqual(["warning"]);
  expect(severities(CALLER)).toEqual(["error"]);
  expect(severities(stranger, CALLER).sort()).toEqual(["error", "warning"]);
});
