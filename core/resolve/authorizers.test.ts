import { expect, test } from "vitest";
import { resolveAuthorizer, resolveAuthorizers } from "#core/resolve/authorizers.ts";
import { createSnapshotReader } from "#core/resolve/snapshot-reader.ts";
import { parseDocuments } from "#core/resource/parse-documents.ts";

const entry = (namespace: string, host: string) => `
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: { name: judge, namespace: ${namespace} }
spec: { hosts: [${host}], resolution: DNS, ports: [{ number: 80, name: http, protocol: HTTP }] }
`;
const { resources } = parseDocuments(
  [
    `
apiVersion: mesh.pharos.dev/v1
kind: MeshConfig
metadata: { name: default, namespace: istio-system }
spec:
  extensionProviders:
    - { name: own, envoyExtAuthzHttp: { service: team/judge.test, port: 80 } }
    - { name: seen, envoyExtAuthzHttp: { service: elsewhere/judge.test, port: 80 } }
    - { name: anywhere, envoyExtAuthzHttp: { service: judge.test, port: 80 } }
    - { name: port, envoyExtAuthzHttp: { service: team/judge.test, port: 81 } }
`,
    entry("team", "judge.test"),
  ].join("---"),
);
const reader = createSnapshotReader({
  revision: 1,
  mesh: {
    trustDomain: "cluster.local",
    domainSuffix: "cluster.local",
    rootNamespace: "istio-system",
    traceSampling: 100,
  },
  resources,
  instances: [],
});

test.each([
  ["a namespace's own service", "own", "team"],
  ["one that the namespace only sees", "seen", "no-service"],
  ["no namespace: what the root namespace sees", "anywhere", "team"],
  ["a port that it does not have", "port", "no-port"],
  ["a provider that nobody wrote", "nobody", "no-provider"],
])("%s", (_, provider, expected) => {
  const found = resolveAuthorizer(reader, provider);
  expect(typeof found === "string" ? found : found.service.namespace).toBe(expected);
});

test("a policy that is only tried has nobody asked", () => {
  const names = (isDryRun: boolean) =>
    resolveAuthorizers(reader, [{ provider: "own", isDryRun }]).map(({ provider }) => provider.name);
  expect(names(true)).toEqual([]);
  expect(names(false)).toEqual(["own"]);
});
