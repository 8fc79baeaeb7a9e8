import { expect, test } from "vitest";
import type { StandingDocument } from "#core/form/plan.ts";
import { type EgressInput, planEgress } from "#core/form/plan-egress.ts";
import { parseDocuments } from "#core/resource/parse-documents.ts";

const sidecar = (namespace: string, name: string, spec: string): StandingDocument => ({
  ...{ ref: `Sidecar/${namespace}/${name}`, namespace, name, resourceVersion: 7 },
  text: `apiVersion: networking.istio.io/v1\nkind: Sidecar\nmetadata: { name: ${name}, namespace: ${namespace} }\n# ours\nspec: ${spec}\n`,
});
const HTTP = { host: "api.example.com", port: 80, protocol: "http" } as const;

function plan(differs: Partial<EgressInput> = {}) {
  const input = { namespace: "default", rootNamespace: "istio-system", hosts: [HTTP], sidecars: [], takenNames: [] };
  const made = planEgress({ ...input, meshConfig: undefined, ...differs });
  const texts = made.changes.map((each) => (each.op === "upsert" ? each.text : ""));
  const { resources, diagnostics } = parseDocuments(texts.join("---\n"));
  expect(diagnostics).toEqual([]);
  return { ...made, resources: resources.map(({ kind, metadata, spec }) => ({ kind, ...metadata, spec })) };
}

test("what is called today is put into the registry with what locks the namespace, for that namespace alone", () => {
  expect(plan({ hosts: [HTTP, { ...HTTP, port: 8080 }] }).resources).toMatchObject([
    {
      kind: "ServiceEntry",
      name: "api.example.com",
      spec: {
        hosts: ["api.example.com"],
        resolution: "DNS",
        exportTo: ["."],
        ports: [
          { number: 80, protocol: "HTTP" },
          { number: 8080, protocol: "HTTP" },
        ],
      },
    },
    {
      kind: "Sidecar",
      name: "default",
      spec: { egress: [{ hosts: ["*/*"] }], outboundTrafficPolicy: { mode: "REGISTRY_ONLY" } },
    },
  ]);
});

test("an address is called as it is", () => {
  expect(plan({ hosts: [{ host: "10.1.2.3", port: 0, protocol: "tcp" }] }).resources[0]).toMatchObject({
    name: "address-10.1.2.3",
    spec: { addresses: ["10.1.2.3"], resolution: "NONE", ports: [{ number: 443, protocol: "TCP" }] },
  });
});

test("an address that no registry can name keeps nothing from being locked, and is told", () => {
  const made = plan({ hosts: [HTTP, { host: "127.0.0.1", port: 80, protocol: "http" }] });
  expect(made.resources.map(({ name }) => name)).toEqual(["api.example.com", "default"]);
  expect(made.sentences).toContain("127.0.0.1 is the caller's own host, and no registry can name it: calls to it end.");
});

test("a Sidecar that the namespace has is changed, comments kept; those of single workloads are told", () => {
  const wide = sidecar("default", "ours", "{ egress: [{ hosts: [./*] }] }");
  const own = sidecar(
    "default",
    "free",
    "{ workloadSelector: { labels: { app: a } }, outboundTrafficPolicy: { mode: ALLOW_ANY } }",
  );
  const made = plan({ hosts: [], sidecars: [wide, own] });
  expect(made.changes).toMatchObject([{ expectedVersion: 7, text: expect.stringContaining("# ours") }]);
  expect(made.resources).toMatchObject([
    { name: "ours", spec: { egress: [{ hosts: ["./*"] }], outboundTrafficPolicy: { mode: "REGISTRY_ONLY" } } },
  ]);
  expect(made.kept).toEqual([own.ref]);
});

test("of several for all of a namespace, of which the oldest speaks, none stays open", () => {
  const free = "{ outboundTrafficPolicy: { mode: ALLOW_ANY } }";
  const made = plan({ hosts: [], sidecars: [sidecar("default", "a", free), sidecar("default", "b", free)] });
  expect(made.resources.map(({ name }) => name)).toEqual(["a", "b"]);
  expect(made.kept).toEqual([]);
});

test("what the mesh's Sidecar says goes on in the one that takes its place", () => {
  const wide = sidecar("istio-system", "all", "{ egress: [{ hosts: [./*] }] }");
  expect(plan({ hosts: [], sidecars: [wide] }).resources).toMatchObject([
    { namespace: "default", spec: { egress: [{ hosts: ["./*"] }], outboundTrafficPolicy: { mode: "REGISTRY_ONLY" } } },
  ]);
});

test("the whole mesh is locked by its MeshConfig, and namespaces that say otherwise are told", () => {
  const free = sidecar("shop", "default", "{ outboundTrafficPolicy: { mode: ALLOW_ANY } }");
  const made = plan({ namespace: "istio-system", sidecars: [free] });
  expect(made.resources).toMatchObject([
    { kind: "ServiceEntry", namespace: "istio-system" },
    { kind: "MeshConfig", spec: { outboundTrafficPolicy: { mode: "REGISTRY_ONLY" } } },
  ]);
  expect(made.resources[0]?.spec).not.toHaveProperty("exportTo");
  expect(made.kept).toEqual([free.ref]);
});

test("where TLS is usual its server name says the host, of an address nothing does", () => {
  const tcp = { port: 443, protocol: "tcp" } as const;
  expect(plan({ hosts: [{ host: "api.example.com", ...tcp }] }).resources[0]).toMatchObject({
    spec: { ports: [{ number: 443, protocol: "TLS" }] },
  });
  expect(plan({ hosts: [{ host: "10.1.2.3", ...tcp }] }).resources[0]).toMatchObject({
    spec: { ports: [{ number: 443, protocol: "TCP" }] },
  });
});

test("Sidecars that name what is called, and not these hosts, are told", () => {
  const told = (differs: Partial<EgressInput>): string => plan(differs).sentences.join(" ");
  const own = sidecar("default", "ours", "{ egress: [{ hosts: [./*] }] }");
  const narrow = sidecar("default", "narrow", "{ egress: [{ hosts: [istio-system/*] }] }");
  expect(told({ sidecars: [own] })).not.toContain("does not name");
  expect(told({ sidecars: [narrow] })).toContain("Sidecar/default/narrow: its egress does not name");
  const mesh = sidecar("istio-system", "all", "{ egress: [{ hosts: [./*] }] }");
  expect(told({ sidecars: [mesh] })).not.toContain("does not name");
  expect(told({ sidecars: [mesh], namespace: "istio-system" })).toContain("Sidecar/istio-system/all: its egress");
  expect(told({ sidecars: [own], namespace: "istio-system" })).toContain("Sidecar/default/ours: its egress");
  expect(told({ sidecars: [narrow], hosts: [] })).not.toContain("does not name");
});

test("nothing is changed where all of it says so", () => {
  const locked = sidecar("default", "default", "{ outboundTrafficPolicy: { mode: REGISTRY_ONLY } }");
  expect(plan({ hosts: [], sidecars: [locked] }).changes).toEqual([]);
});
