import { create } from "@bufbuild/protobuf";
import { expect, test } from "vitest";
import type { Snapshot } from "#core/registry/snapshot.ts";
import { parseDocuments } from "#core/resource/parse-documents.ts";
import { nameDenial } from "#core/telemetry/denied-by.ts";
import { ReportRequestSchema } from "#proto/gen/pharos/agent/v1/agent_pb.js";
import { describeReporter } from "#server/telemetry/ingest/describe-reporter.ts";
import { stampReport } from "#server/telemetry/ingest/stamp-report.ts";

const NOW = 1_800_000_000_000;
const OWN = { principal: "spiffe://cluster.local/ns/default/sa/alpha", namespace: "default", serviceAccount: "alpha" };

function stamped(spec: string, refusal: string, port = 24_202, sourceAddress = "127.0.0.1") {
  const { resources } = parseDocuments(`
apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata: { name: strict, namespace: istio-system }
spec: ${spec}
`);
  const snapshot: Snapshot = {
    revision: 1,
    mesh: {
      trustDomain: "cluster.local",
      domainSuffix: "cluster.local",
      rootNamespace: "istio-system",
      traceSampling: 0,
    },
    resources,
    instances: [
      {
        namespace: "default",
        name: "alpha-0",
        workload: "alpha",
        labels: { app: "alpha" },
        serviceAccount: "alpha",
        address: "127.0.0.1",
        ports: [{ name: "http", appPort: 9080, inboundPort: 24_202 }],
        health: "healthy",
        locality: "",
        weight: 1,
      },
    ],
  };
  const report = create(ReportRequestSchema, {
    windows: [
      {
        windowStartMs: BigInt(NOW),
        reporter: "destination",
        requestProtocol: "tcp",
        responseFlags: "NR",
        connectionSecurityPolicy: "none",
        destinationPort: port,
        deniedBy: refusal,
        sourceAddress,
        count: 20n,
      },
    ],
  });
  const [window] = stampReport(report, describeReporter(OWN, snapshot.instances[0], snapshot), NOW).windows;
  return { denial: nameDenial(window?.key.deniedBy ?? "nothing"), address: window?.key.sourceAddress };
}

test("plain text that STRICT refused is told with the PeerAuthentication and the address", () => {
  expect(stamped("{ mtls: { mode: STRICT } }", "mtls[plaintext]")).toEqual({
    denial: "PeerAuthentication/istio-system/strict",
    address: "127.0.0.1",
  });
});

test("under PERMISSIVE no policy asked for a certificate: only why it failed is told", () => {
  expect(stamped("{ mtls: { mode: PERMISSIVE } }", "mtls[certificate]").denial).toBe(
    "mTLS is required: a certificate that is not trusted",
  );
});

test("a refused token is told with each RequestAuthentication over the workload, whatever the agent names", () => {
  const tokens = "{}\n---\napiVersion: security.istio.io/v1\nkind: RequestAuthentication\nmetadata:";
  const more = `${tokens} { name: tokens, namespace: default }\nspec: {}${tokens.slice(2)} { name: other, namespace: elsewhere }\nspec: {}`;
  for (const told of ["jwt[Jwt_is_expired]", "jwt[Jwt_is_expired]-by[default/forged]"])
    expect(stamped(more, told).denial).toBe("RequestAuthentication/default/tokens");
  expect(stamped("{}", "jwt[Jwt_is_expired]").denial).toBe("the token was refused: Jwt is expired");
});

test("what an external authorizer refused is told with each CUSTOM policy over the workload, whatever the agent names", () => {
  const policy = (name: string, spec: string) => `
---
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: { name: ${name}, namespace: default }
spec: ${spec}`;
  const custom = "action: CUSTOM, provider: { name: login }, rules: [{}]";
  const spec = [
    "{}",
    policy("ask", `{ ${custom} }`),
    policy("others", `{ selector: { matchLabels: { app: beta } }, ${custom} }`),
    policy("allow", "{ rules: [{}] }"),
  ].join("");
  for (const told of ["authz[denied]", "authz[error]", "authz[denied]-by[default/forged]"])
    expect(stamped(spec, told).denial).toBe("AuthorizationPolicy/default/ask");
  expect(stamped("{}", "authz[denied]-by[default/forged]").denial).toBe("the external authorizer refused it");
  expect(stamped("{}", "authz[error]").denial).toBe("the external authorizer could not be asked");
  expect(stamped("{}", "authz[other]").denial).toBe("");
});

test("that a caller's own proxy turned it down is not for the called end to say", () => {
  expect(stamped("{}", "own[block_all]").denial).toBe("");
});

test("a port that the workload does not have refuses for nobody", () => {
  expect(stamped("{ mtls: { mode: STRICT } }", "mtls[plaintext]", 1234).denial).toBe("");
});

test("what is no address is left out", () => {
  expect(stamped("{}", "", 24_202, "<script>").address).toBe("");
  expect(stamped("{}", "", 24_202, "other").address).toBe("other");
});
