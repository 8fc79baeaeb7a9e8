// What is explained and found fault with of DestinationRules equals what is read back from the bytes that proxies get.
import { describe, expect, test } from "vitest";
import { checkConfig } from "#core/check/check-config.ts";
import { explainService } from "#core/resolve/explain-service.ts";
import { resolveTrafficTo, sourceOfTraffic, type TrafficGroup } from "#core/resolve/traffic-policy.ts";
import { ofKind } from "#core/resource/of-kind.ts";
import { type AnyResource, formatRef, refOf } from "#core/resource/resource.ts";
import type { Path } from "#core/schema/path.ts";
import { callersIn, clusterName, hostsOf, law, NAMESPACES, sidecar } from "#server/envoy/testing/random-law.ts";
import { seed } from "#testing/fc.ts";

const GROUPS: readonly TrafficGroup[] = ["loadBalancer", "connectionPool", "outlierDetection", "tls"];

/** What a resource says at a path. */
function valueAt(resource: AnyResource | undefined, path: Path): unknown {
  return path.reduce<unknown>(
    (value, key) => (value as Readonly<Record<string, unknown>> | undefined)?.[key],
    resource,
  );
}

describe(`FUZZ_SEED=${seed}`, () => {
  test("explanation: a rule is said to apply to a service where some caller's clusters are made from it", () =>
    law((world) => {
      const { snapshot, read } = world;
      const made = new Map<string, Set<string>>();
      for (const namespace of NAMESPACES)
        for (const [name, origins] of callersIn(namespace).flatMap((caller) => [...read(caller).origins("CDS")])) {
          const host = name.split("|")[3] ?? "";
          const known = made.get(host) ?? new Set();
          made.set(host, known);
          for (const { resource } of origins) known.add(resource);
        }
      for (const host of hostsOf(world)) {
        const explained = explainService(snapshot, host)
          .filter(({ applies, ref }) => applies && ref.startsWith("DestinationRule/"))
          .map(({ ref }) => ref);
        const used = [...(made.get(host) ?? [])].filter((ref) => ref.startsWith("DestinationRule/"));
        expect(explained.sort()).toEqual(used.sort());
      }
    }));

  test("traffic policy: where a setting of a port or a subset comes from is where it is written", () =>
    law((world) => {
      const { reader, snapshot, read } = world;
      const resources = new Map(snapshot.resources.map((each) => [formatRef(refOf(each)), each]));
      for (const clientNamespace of NAMESPACES) {
        for (const caller of callersIn(clientNamespace)) {
          const clientLabels = caller.metadata.LABELS;
          for (const name of read(caller).clusters().keys()) {
            const [direction, number, subset = "", host = ""] = name.split("|");
            const service = reader.service(host, clientNamespace);
            if (direction !== "outbound" || service === undefined) continue;
            const port = Number(number);
            const settings = resolveTrafficTo(reader, { host, clientNamespace, clientLabels, subset, port });
            const rule = reader.destinationRule(host, clientNamespace, service.namespace, clientLabels);
            for (const group of GROUPS) {
              const source = rule && sourceOfTraffic(rule, subset, port, group);
              if (settings[group] === undefined) expect(source).toBeUndefined();
              if (source === undefined) continue;
              const written = valueAt(resources.get(source.ref), source.path);
              expect(written).toBeDefined();
              // TLS around a port that leaves it out is what makes it plain text.
              if (group !== "tls" || source.path.includes("portLevelSettings"))
                expect(settings[group]).toEqual(written);
            }
          }
        }
      }
    }));

  test("subsets: one that is said to have no instances leads callers nowhere", () =>
    law(({ reader, snapshot, read }) => {
      const found = checkConfig(snapshot).filter(({ code }) => code === "subset-without-instances");
      const empty = new Set(found.map(({ resource, path }) => `${resource} ${(path ?? []).join(".")}`));
      const proxies = new Map(
        NAMESPACES.map((namespace) => [namespace, read(sidecar(namespace, "caller")).assignments()]),
      );
      for (const rule of ofKind(snapshot.resources, "DestinationRule")) {
        const { namespace } = rule.metadata;
        const host = found.find(({ resource }) => resource === formatRef(refOf(rule)))?.message.split(" ")[3] ?? "";
        const service = reader.service(host, namespace);
        if (service === undefined) continue;
        const { LABELS } = sidecar(namespace, "caller").metadata;
        const resolved = reader.destinationRule(host, namespace, service.namespace, LABELS);
        for (const [index, subset] of (rule.spec.subsets ?? []).entries()) {
          if (!empty.has(`${formatRef(refOf(rule))} spec.subsets.${index}.labels`)) continue;
          if (resolved?.subsets.includes(subset) !== true) continue;
          for (const { number } of service.ports) {
            const sent = proxies.get(namespace)?.get(clusterName(host, number, subset.name))?.endpoints ?? [];
            expect(sent.flatMap(({ lbEndpoints }) => lbEndpoints)).toEqual([]);
          }
        }
      }
    }));
});
