import { create, equals } from "@bufbuild/protobuf";
import { expect, test } from "vitest";
import { WORKLOAD_GROUP, type WorkloadProbe } from "#core/kinds/workload-group/schema.ts";
import { listFields } from "#core/schema/list-fields.ts";
import { declareProbe } from "#core/sources/declare-probe.ts";
import { ApplicationProbeSchema } from "#proto/gen/pharos/agent/v1/agent_pb.js";
import { describeProbe } from "#server/registry/registry-rpc.ts";

const TIMES = {
  initialDelaySeconds: 5,
  timeoutSeconds: 2,
  periodSeconds: 30,
  successThreshold: 4,
  failureThreshold: 6,
};
const PROBES: readonly WorkloadProbe[] = [
  {
    httpGet: {
      path: "/ready",
      port: 9080,
      host: "10.0.0.7",
      scheme: "HTTPS",
      httpHeaders: [{ name: "x-a", value: "b" }],
    },
    ...TIMES,
  },
  { tcpSocket: { host: "10.0.0.7", port: 9080 }, ...TIMES },
  { grpc: { port: 9080, service: "shop" }, ...TIMES },
];

test("what is left out is Kubernetes' default, asked beside the agent", () => {
  expect(describeProbe(declareProbe({ httpGet: { port: 9080 } }))).toEqual({
    question: { case: "http", value: { host: "127.0.0.1", port: 9080, isTls: false, path: "/", headers: [] } },
    initialDelaySeconds: 0,
    timeoutSeconds: 1,
    periodSeconds: 10,
    successThreshold: 1,
    failureThreshold: 3,
  });
  expect(describeProbe(declareProbe({ tcpSocket: { port: 9080 }, periodSeconds: 0 })).periodSeconds).toBe(10);
});

test("every field that is called handled tells agents something else", () => {
  const tell = (probe: WorkloadProbe) => create(ApplicationProbeSchema, describeProbe(declareProbe(probe)));
  const silent = listFields(WORKLOAD_GROUP)
    .filter(
      ([name, field]) =>
        name.startsWith("probe.") && field.status === "handled" && !["message", "list"].includes(field.type.kind),
    )
    .map(([name]) => name.slice("probe.".length).replaceAll("[]", ".0").split("."))
    .filter((path) => PROBES.every((probe) => equals(ApplicationProbeSchema, tell(probe), tell(changed(probe, path)))));
  expect(silent).toEqual([]);
});

/** The probe with another value at `path`, where it has one. */
function changed(probe: WorkloadProbe, path: readonly string[]): WorkloadProbe {
  const copy = structuredClone(probe);
  const last = path.at(-1) ?? "";
  let at: Record<string, unknown> | undefined = copy as Record<string, unknown>;
  for (const step of path.slice(0, -1)) at = at?.[step] as Record<string, unknown> | undefined;
  const value = at?.[last];
  if (at !== undefined && value !== undefined)
    at[last] = typeof value === "number" ? value + 1 : value === "HTTPS" ? "HTTP" : `${String(value)}x`;
  return copy;
}
