import { expect, test } from "vitest";
import type { Snapshot } from "#core/registry/snapshot.ts";
import { parseDocuments } from "#core/resource/parse-documents.ts";
import { serviceMtls } from "#server/services/effective-mtls.ts";
import { listServices } from "#server/services/service-directory.ts";

const SERVICE = `
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: { name: reviews }
spec:
  hosts: [reviews.default.svc.cluster.local]
  resolution: STATIC
  ports: [{ name: http, number: 9080, protocol: HTTP }, { name: admin, number: 9090, protocol: HTTP }]
  workloadSelector: { labels: { app: reviews } }
`;
const policy = (name: string, spec: string): string =>
  `apiVersion: security.istio.io/v1\nkind: PeerAuthentication\nmetadata: { name: ${name} }\nspec: ${spec}\n`;

const ALIAS = `
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: { name: alias }
spec:
  hosts: [reviews.alias.test]
  resolution: STATIC
  ports: [{ name: http, number: 80, protocol: HTTP, targetPort: 29080 }]
  endpoints: [{ address: 127.0.0.1 }]
`;

type Instance = Snapshot["instances"][number];
const INSTANCE: Instance = {
  ...{ namespace: "default", name: "reviews-0", workload: "reviews", serviceAccount: "reviews" },
  labels: { app: "reviews" },
  address: "127.0.0.1",
  ports: [
    { name: "http", appPort: 19080, inboundPort: 29080 },
    { name: "admin", appPort: 19090, inboundPort: 29090 },
  ],
  ...{ health: "healthy", locality: "", weight: 1 },
};

function modeWith(...policies: string[]): string {
  return modeOf("reviews.default.svc.cluster.local", policies);
}

function modeOf(host: string, policies: readonly string[] = [], instances: readonly Instance[] = [INSTANCE]): string {
  const { resources, diagnostics } = parseDocuments([SERVICE, ALIAS, ...policies].join("\n---\n"));
  expect(diagnostics).toEqual([]);
  const snapshot: Snapshot = {
    revision: 1,
    mesh: {
      trustDomain: "cluster.local",
      domainSuffix: "cluster.local",
      rootNamespace: "istio-system",
      traceSampling: 1,
    } as Snapshot["mesh"],
    resources,
    instances,
  };
  const service = listServices(snapshot).get(host);
  if (service === undefined) throw new Error("no service");
  return serviceMtls(snapshot, service);
}

test.each([
  ["nobody says anything", [], "permissive"],
  ["the namespace says STRICT", [policy("a", "{ mtls: { mode: STRICT } }")], "strict"],
  [
    "one port is let off: the service is neither strict nor permissive",
    [
      policy("a", "{ mtls: { mode: STRICT } }"),
      policy("b", '{ selector: { matchLabels: { app: reviews } }, portLevelMtls: { "19090": { mode: PERMISSIVE } } }'),
    ],
    "unknown",
  ],
  [
    "the service's own port number is no port of the application",
    [
      policy("a", "{ mtls: { mode: STRICT } }"),
      policy("b", '{ selector: { matchLabels: { app: reviews } }, portLevelMtls: { "9090": { mode: DISABLE } } }'),
    ],
    "strict",
  ],
])("%s", (_name, policies, expected) => {
  expect(modeWith(...policies)).toBe(expected);
});

const GROUP = `
apiVersion: networking.istio.io/v1
kind: WorkloadGroup
metadata: { name: reviews }
spec: { metadata: { labels: { app: reviews } }, template: { ports: { http: 19080, admin: 19090 } } }
`;

test.each([
  ["as its group says", [GROUP, policy("a", "{ mtls: { mode: STRICT } }")], "strict"],
  [
    "by the ports of its group",
    [
      GROUP,
      policy("a", "{ mtls: { mode: STRICT } }"),
      policy("b", '{ selector: { matchLabels: { app: reviews } }, portLevelMtls: { "19090": { mode: DISABLE } } }'),
    ],
    "unknown",
  ],
  ["nobody knows where it has no group", [policy("a", "{ mtls: { mode: STRICT } }")], "unknown"],
])("a service without instances takes what they will: %s", (_, texts, expected) => {
  expect(modeOf("reviews.default.svc.cluster.local", texts, [])).toBe(expected);
});

test("a group that waits says nothing of a service of which others answer", () => {
  const waiting = GROUP.replace("name: reviews", "name: reviews-v2").replace(
    "app: reviews",
    "app: reviews, tier: back",
  );
  expect(
    modeWith(
      waiting,
      policy("a", "{ mtls: { mode: STRICT } }"),
      policy("b", "{ selector: { matchLabels: { tier: back } }, mtls: { mode: PERMISSIVE } }"),
    ),
  ).toBe("strict");
});

test("a service whose endpoint is the address of a workload's sidecar takes what that workload takes", () => {
  expect(modeOf("reviews.alias.test", [policy("a", "{ mtls: { mode: STRICT } }")])).toBe("strict");
  expect(modeOf("reviews.alias.test")).toBe("permissive");
});
