import { UNKNOWN } from "#core/model/workload-label.ts";
import type { CountedAttribute } from "#core/schema/cel/check-tag-value.ts";
import type { CelValue } from "#core/schema/cel/evaluate-cel.ts";
import type { TrafficKey } from "#core/telemetry/dimensions.ts";

type Read = (key: TrafficKey) => CelValue | undefined;

/** Undefined: nobody knows it. */
const known = (text: string): string | undefined => (text === UNKNOWN || text === "" ? undefined : text);
/** Istio's proxies know the caller as `downstream_peer` at the called, and the called as `upstream_peer` at the caller. */
const atCalled =
  (read: (key: TrafficKey) => string): Read =>
  (key) =>
    key.reporter === "source" ? undefined : known(read(key));
const atCaller =
  (read: (key: TrafficKey) => string): Read =>
  (key) =>
    key.reporter === "source" ? known(read(key)) : undefined;

const READ = {
  "response.code": ({ protocol, responseCode }) => (protocol === "tcp" ? undefined : responseCode),
  "response.grpc_status": ({ grpcStatus }) => (grpcStatus === "" ? undefined : Number(grpcStatus)),
  // Of the connection that came in: at the caller's proxy that is its application's.
  "connection.mtls": ({ reporter, security }) => reporter !== "source" && security === "mutual_tls",
  "downstream_peer.workload": atCalled(({ sourceWorkload }) => sourceWorkload),
  "downstream_peer.namespace": atCalled(({ sourceNamespace }) => sourceNamespace),
  "downstream_peer.app": atCalled(({ sourceApp }) => sourceApp),
  "downstream_peer.version": atCalled(({ sourceVersion }) => sourceVersion),
  "upstream_peer.workload": atCaller(({ destinationWorkload }) => destinationWorkload),
  "upstream_peer.namespace": atCaller(({ destinationNamespace }) => destinationNamespace),
  "upstream_peer.app": atCaller(({ destinationApp }) => destinationApp),
  "upstream_peer.version": atCaller(({ destinationVersion }) => destinationVersion),
} as const satisfies Record<CountedAttribute, Read>;

/** What is known of the requests that a key counts, for expressions. */
export function attributesOf(key: TrafficKey): ReadonlyMap<string, CelValue> {
  return new Map(
    Object.entries<Read>(READ).flatMap(([path, read]) => {
      const value = read(key);
      return value === undefined ? [] : [[path, value] as const];
    }),
  );
}
