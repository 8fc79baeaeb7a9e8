import * as fc from "fast-check";
import { anyNamespace, document, rarely } from "#testing/oracle/arbitrary/meeting-documents.ts";
import type { Written } from "#testing/oracle/world.ts";

const HOSTS = [
  "*/*",
  "./*",
  "prod/*",
  "default/*",
  "istio-system/*",
  "*/s0.default.svc.cluster.local",
  "default/*.default.svc.cluster.local",
  "prod/s1.prod.svc.cluster.local",
  "*/s2.example.com",
  "*/*.example.com",
  "*/*.local",
];
const hosts = fc.uniqueArray(fc.constantFrom(...HOSTS), { minLength: 1, maxLength: 2 });
const anyEgress = fc
  .tuple(
    rarely(
      fc.constantFrom<object>(
        { port: { number: 80, protocol: "HTTP", name: "http" } },
        { port: { number: 9080, protocol: "HTTP", name: "p9080" } },
      ),
    ),
    hosts,
  )
  .map(([port, listed]) => ({ ...port, hosts: listed }));

/** What workloads of a namespace, or some of them, may call. */
export const anySidecar: fc.Arbitrary<Written> = document(
  "Sidecar",
  "sc",
  anyNamespace,
  fc
    .tuple(
      rarely(
        fc.constantFrom({ workloadSelector: { labels: { app: "x" } } }, { workloadSelector: { labels: { app: "z" } } }),
      ),
      fc
        .array(anyEgress, { minLength: 1, maxLength: 3 })
        // A listener for one port there is once, and the one for all others is the last.
        .map((all) => {
          const byPort = new Map(all.map((each) => [JSON.stringify("port" in each ? each.port : "all"), each]));
          const rest = byPort.get('"all"');
          byPort.delete('"all"');
          return { egress: [...byPort.values(), ...(rest === undefined ? [] : [rest])] };
        }),
      rarely(
        fc.constantFrom(
          { outboundTrafficPolicy: { mode: "REGISTRY_ONLY" } },
          { outboundTrafficPolicy: { mode: "ALLOW_ANY" } },
        ),
      ),
    )
    .map((all) => Object.assign({}, ...all) as object),
);

/**
 * Listeners for ports of TCP or TLS. One that is bound for everybody serves one host: of several it takes another on purpose.
 */
export function anyOwnListener(
  services: readonly string[],
  ports: readonly { readonly number: number; readonly protocol: string }[],
): fc.Arbitrary<Written> {
  const imported = fc.constantFrom(...services).map((host) => `*/${host}`);
  const several = fc.oneof(
    fc.uniqueArray(imported, { minLength: 1, maxLength: 2 }),
    fc.constantFrom(["*/*"], ["./*"], ["*/*.example.com"], ["prod/*"]),
  );
  const listener = (port: (typeof ports)[number]): fc.Arbitrary<object> =>
    fc
      .record({
        one: imported,
        hosts: several,
        bind: rarely(fc.constantFrom({ bind: "127.0.0.1" }, { bind: "127.0.0.9" }, { bind: "0.0.0.0" })),
        capture: fc.constantFrom<object>({ captureMode: "NONE" }, { captureMode: "IPTABLES" }, {}, {}),
      })
      .map(({ one, hosts, bind, capture }) => {
        const isBound = "captureMode" in capture && capture.captureMode === "NONE";
        return { port: { ...port, name: `own${port.number}` }, hosts: isBound ? [one] : hosts, ...bind, ...capture };
      });
  return document(
    "Sidecar",
    "own",
    anyNamespace,
    fc
      .tuple(
        fc.subarray([...ports], { minLength: 1 }).chain((some) => fc.tuple(...some.map(listener))),
        fc.oneof(
          several.map((hosts) => [{ hosts }]),
          fc.constant([{ hosts: ["*/*"] }]),
          fc.constant([]),
        ),
      )
      .map(([own, rest]) => ({ egress: [...own, ...rest] })),
  );
}
