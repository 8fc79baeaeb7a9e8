import { create } from "@bufbuild/protobuf";
import { expect, test } from "vitest";
import { DIMENSIONS } from "#core/telemetry/dimensions.ts";
import { keyOfWire, NOBODY } from "#core/telemetry/traffic-key.ts";
import { RequestWindowSchema } from "#proto/gen/pharos/agent/v1/agent_pb.js";
import { labelsOf, seriesOf } from "#server/telemetry/query/standard-labels.ts";

/** As the table of Istio's standard metrics names them, https://istio.io/latest/docs/reference/config/metrics/ */
const LABELS = {
  reporter: "source",
  source_workload: "cart-v1",
  source_canonical_service: "cart",
  source_canonical_revision: "v1",
  source_workload_namespace: "shop",
  source_principal: "spiffe://cluster.local/ns/shop/sa/cart",
  source_app: "cart",
  source_version: "v1",
  source_cluster: "Kubernetes",
  destination_workload: "stock-v2",
  destination_workload_namespace: "depot",
  destination_principal: "spiffe://cluster.local/ns/depot/sa/stock",
  destination_app: "stock",
  destination_version: "v2",
  destination_service: "stock.depot.svc.cluster.local",
  destination_service_name: "stock",
  destination_service_namespace: "depot",
  destination_canonical_service: "stock",
  destination_canonical_revision: "v2",
  destination_cluster: "Kubernetes",
  request_protocol: "grpc",
  response_code: "200",
  grpc_response_status: "14",
  response_flags: "UF",
  connection_security_policy: "mutual_tls",
};
const KEY = keyOfWire({
  reporter: "source",
  sourceWorkload: "cart-v1",
  sourceWorkloadNamespace: "shop",
  sourceApp: "cart",
  sourceVersion: "v1",
  sourcePrincipal: LABELS.source_principal,
  destinationWorkload: "stock-v2",
  destinationWorkloadNamespace: "depot",
  destinationApp: "stock",
  destinationVersion: "v2",
  destinationPrincipal: LABELS.destination_principal,
  destinationService: LABELS.destination_service,
  destinationPort: 80,
  requestProtocol: "grpc",
  responseCode: 200,
  grpcResponseStatus: "14",
  responseFlags: "UF",
  connectionSecurityPolicy: "mutual_tls",
  deniedBy: "",
  fromGateway: false,
  sourceAddress: "",
});

const read = (text: string): Record<string, string> =>
  Object.fromEntries([...text.matchAll(/([a-z_]+)="([^"]*)"/g)].map(([, name = "", value = ""]) => [name, value]));

test("series carry Istio's labels, each once", () => {
  expect(read(labelsOf(KEY))).toEqual(LABELS);
  expect(labelsOf(KEY).split(",")).toHaveLength(Object.keys(LABELS).length);
});

test("connections have no codes", () => {
  const { response_code: _, grpc_response_status: __, ...rest } = LABELS;
  expect(read(labelsOf({ ...KEY, protocol: "tcp" }))).toEqual({ ...rest, request_protocol: "tcp" });
  expect(seriesOf({ ...KEY, protocol: "tcp", responseCode: 1 })).toBe(seriesOf({ ...KEY, protocol: "tcp" }));
});

test("what Istio has no label for tells no series apart; a label does", () => {
  expect(seriesOf({ ...KEY, destinationPort: 81, deniedBy: "x", fromGateway: true })).toBe(seriesOf(KEY));
  expect(seriesOf({ ...KEY, responseFlags: "-" })).not.toBe(seriesOf(KEY));
});

test("every dimension is a field of an agent's window, of its type", () => {
  const window: Readonly<Record<string, unknown>> = { ...create(RequestWindowSchema) };
  const types = Object.entries(DIMENSIONS).map(([name, { wire }]) => [name, typeof window[wire]]);
  expect(types).toEqual(Object.entries(NOBODY).map(([name, value]) => [name, typeof value]));
});
