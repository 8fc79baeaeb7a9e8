// What the console and `explain` say equals what is read back from the bytes that proxies get.
import { describe, expect, test } from "vitest";
import { checkConfig } from "#core/check/check-config.ts";
import { expandHost } from "#core/host/host.ts";
import { usesHttp } from "#core/kinds/authorization-policy/uses-http.ts";
import { listDestinations } from "#core/kinds/virtual-service/list-destinations.ts";
import { resolveAuthorizer } from "#core/resolve/authorizers.ts";
import { resolveEndpoints } from "#core/resolve/endpoints.ts";
import { explainService } from "#core/resolve/explain-service.ts";
import type { MeshReader } from "#core/resolve/mesh-reader.ts";
import { resolveRoutedPorts } from "#core/resolve/routed-ports.ts";
import { resolveTrafficTo } from "#core/resolve/traffic-policy.ts";
import { ofKind } from "#core/resource/of-kind.ts";
import { formatRef, type Resource, refOf } from "#core/resource/resource.ts";
import { formatPath } from "#core/schema/path.ts";
import { Cluster_LbPolicy } from "#proto/gen/envoy/config/cluster/v3/cluster_pb.js";
import { expectEndpoints } from "#server/envoy/testing/expect-endpoints.ts";
import { expectClusters, expectRoutes } from "#server/envoy/testing/expect-outbound.ts";
import { callersIn, clusterName, hostsOf, law, NAMESPACES, sidecar } from "#server/envoy/testing/random-law.ts";
import { MESH } from "#server/envoy/testing/random-world.ts";
import type { Mode } from "#server/envoy/testing/read-back.ts";
import { acceptedMtls } from "#server/services/effective-mtls.ts";
import { listServices } from "#server/services/service-directory.ts";
import { seed } from "#testing/fc.ts";

/** A limit that nobody set. */
const UNBOUNDED = 4_294_967_295;
const DESTINATION_CODES: ReadonlySet<string> = new Set(["destination-host-not-found", "subset-not-found"]);

/** What is to be asked of somebody who is not there is refused. */
function actionOf({ action = "ALLOW", provider }: Resource<"AuthorizationPolicy">["spec"], reader: MeshReader): string {
  if (action !== "CUSTOM") return action;
  return typeof resolveAuthorizer(reader, provider?.name ?? "") === "string" ? "DENY" : "CUSTOM";
}

describe(`FUZZ_SEED=${seed}`, () => {
  test("mTLS: what the console says of an instance is how its listeners take connections", () =>
    law(({ snapshot, reader, read }) => {
      const NAMES = { STRICT: "strict", PERMISSIVE: "permissive", DISABLE: "disabled" } as const;
      for (const instance of snapshot.instances) {
        const modes = read(sidecar(instance.namespace, instance.name, instance)).inboundModes();
        expect([...modes.keys()]).toEqual(instance.ports.map(({ appPort }) => appPort));
        for (const [port, mode] of modes)
          expect(reader.mtlsMode(instance.namespace, instance.labels, port)).toBe(mode satisfies Mode);
        const kinds = [...new Set(modes.values())];
        const [only] = kinds;
        expect(acceptedMtls(snapshot, [instance], [])).toBe(
          kinds.length === 1 && only !== undefined ? NAMES[only] : "unknown",
        );
      }
    }));

  test("policies: those that are resolved and explained guard the instance, and no others", () =>
    law(({ snapshot, reader, read }) => {
      const services = listServices(snapshot);
      for (const instance of snapshot.instances) {
        const proxy = read(sidecar(instance.namespace, instance.name, instance));
        const over = reader.policiesOver(instance.namespace, instance.labels);
        for (const { appPort } of instance.ports) {
          // A rule that is for other ports bears on none of this one's calls, and nobody is asked by what only requests have where there are none.
          const bearing = over.filter(({ spec }) =>
            (spec.rules ?? []).some(
              (rule) =>
                (rule.to?.some(({ operation }) => operation?.ports?.includes(String(appPort)) !== false) ?? true) &&
                !(actionOf(spec, reader) === "CUSTOM" && usesHttp(rule) && !proxy.readsRequests(appPort)),
            ),
          );
          const expected = bearing.map(
            ({ metadata, spec }) => `${actionOf(spec, reader)} ${metadata.namespace}/${metadata.name}`,
          );
          expect([...proxy.policiesAt(appPort)].sort()).toEqual(expected.sort());
        }
      }
      for (const { host, instances, waiting } of services.values()) {
        const guarding = [...instances, ...waiting].flatMap(({ namespace, labels }) =>
          reader.policiesOver(namespace, labels ?? {}),
        );
        const explained = explainService(snapshot, host)
          .map(({ ref }) => ref)
          .filter((ref) => ref.startsWith("AuthorizationPolicy/"));
        expect(explained.sort()).toEqual([...new Set(guarding.map((policy) => formatRef(refOf(policy))))].sort());
      }
    }));

  test("tokens: an instance checks those of all that stand over it, and of no others", () =>
    law(({ snapshot, reader, read }) => {
      for (const instance of snapshot.instances) {
        const over = reader.requestAuthenticationsOver(instance.namespace, instance.labels);
        const expected = over.flatMap(({ spec }) => (spec.jwtRules ?? []).map(({ issuer }) => issuer ?? ""));
        const proxy = read(sidecar(instance.namespace, instance.name, instance));
        for (const issuers of proxy.issuersAtHttp()) expect(issuers).toEqual(expected.sort());
      }
    }));

  test("instances: those that the console shows of a service are the registered ones that its callers reach", () =>
    law(({ snapshot, reader }) => {
      for (const { host, instances } of listServices(snapshot).values()) {
        const service = reader.service(host, "elsewhere");
        if (service?.resolution !== "static") continue;
        const reached = service.ports.flatMap((port) =>
          resolveEndpoints(reader, service, port).flatMap(({ address, port: at, isRegistered }) =>
            isRegistered ? [`${address}:${at}`] : [],
          ),
        );
        if (service.selector === undefined) {
          const hit = instances.flatMap(({ address, ports }) => ports.map((port) => `${address}:${port.inboundPort}`));
          expect(hit).toEqual(expect.arrayContaining(reached));
          expect(instances.length > 0).toBe(reached.length > 0);
          continue;
        }
        const names = new Set(service.ports.map(({ name }) => name));
        const shown = instances
          .filter(({ isAwaited }) => isAwaited !== true)
          .flatMap(({ address, ports }) =>
            ports.filter(({ name }) => names.has(name)).map(({ inboundPort }) => `${address}:${inboundPort}`),
          );
        expect(new Set(reached)).toEqual(new Set(shown));
      }
    }));

  test("services: who owns a host, its ports and subsets are the clusters of callers in each namespace", () =>
    law((world) => {
      for (const namespace of NAMESPACES) expectClusters(world, namespace, world.reader);
    }));

  test("checks: a destination is found fault with where its callers have no cluster for it, and only there", () =>
    law(({ snapshot, read }) => {
      const found = checkConfig(snapshot).filter(({ code }) => DESTINATION_CODES.has(code));
      const clusters = new Map(
        // Of each that a rule may be for by its labels: what one of them has is there.
        NAMESPACES.map((namespace) => [
          namespace,
          callersIn(namespace).flatMap((caller) => [...read(caller).clusters().keys()]),
        ]),
      );
      for (const service of ofKind(snapshot.resources, "VirtualService")) {
        const { namespace } = service.metadata;
        for (const { destination, path } of listDestinations(service.spec)) {
          const whole = expandHost(destination.host, namespace, MESH.domainSuffix);
          const isThere = clusters.get(namespace)?.some((name) => {
            const [, port, subset, host] = name.split("|");
            const asked = destination.port?.number ?? port;
            return host === whole && subset === (destination.subset ?? "") && port === String(asked);
          });
          const at = `${formatPath(path)}.`;
          const said = found.filter(
            (each) => each.resource === formatRef(refOf(service)) && formatPath(each.path ?? []).startsWith(at),
          );
          expect(said.map(({ message }) => message).length === 0).toBe(isThere);
        }
      }
    }));

  test("services: the console shows of a host what callers get that no entry is nearer to", () =>
    law((world) => {
      const clusters = [...world.read(sidecar("elsewhere", "caller")).clusters().keys()];
      for (const { host, ports, namespace } of listServices(world.snapshot).values()) {
        const called = clusters.filter((name) => name.endsWith(`||${host}`));
        // Nobody there sees it.
        if (called.length === 0) continue;
        expect(called.sort()).toEqual(ports.map(({ number }) => clusterName(host, number)).sort());
        expect(world.reader.service(host, "elsewhere")?.namespace).toBe(namespace);
      }
    }));

  test("endpoints: who is resolved to answer is whom callers are sent to, in the order for where these are", () =>
    law((world) => {
      for (const namespace of NAMESPACES)
        for (const locality of ["", "eu/a", "us"])
          for (const labels of [{ app: "caller" }, { app: "s1", version: "v1" }])
            expectEndpoints(world, namespace, { locality, labels });
    }));

  test("routes: the deciding VirtualService's routes for these callers are their virtual host's, in order", () =>
    law((world) => {
      for (const namespace of NAMESPACES) expectRoutes(world, namespace, world.reader);
    }));

  test("routes: a VirtualService that routes a host for its own namespace is explained to apply to it", () =>
    law((world) => {
      const { reader, snapshot } = world;
      for (const host of hostsOf(world)) {
        const explained = new Map(explainService(snapshot, host).map(({ ref, applies }) => [ref, applies]));
        for (const namespace of NAMESPACES)
          for (const { used } of resolveRoutedPorts(reader, host, { namespace, labels: { app: "caller" } })) {
            if (used?.service.metadata.namespace !== namespace) continue;
            expect(explained.get(`VirtualService/${namespace}/${used.service.metadata.name}`)).toBe(true);
          }
      }
    }));

  test("traffic policy: what rules ask of connections is what clusters carry", () =>
    law((world) => {
      for (const clientNamespace of NAMESPACES) {
        const caller = sidecar(clientNamespace, "caller");
        const clientLabels = caller.metadata.LABELS;
        for (const [name, cluster] of world.read(caller).clusters()) {
          const [direction, port, subset = "", host = ""] = name.split("|");
          if (direction !== "outbound") continue;
          const question = { host, clientNamespace, clientLabels, subset, port: Number(port) };
          const { connectionPool, tls, loadBalancer, proxyProtocol } = resolveTrafficTo(world.reader, question);
          const [limits] = cluster.circuitBreakers?.thresholds ?? [];
          expect(limits?.maxConnections).toBe(connectionPool?.tcp?.maxConnections ?? UNBOUNDED);
          expect(limits?.maxRetries).toBe(connectionPool?.http?.maxRetries ?? UNBOUNDED);
          const isTls = tls?.mode === "SIMPLE" || tls?.mode === "ISTIO_MUTUAL";
          // A PROXY header is a socket too, or is in those that are matched.
          if (proxyProtocol === undefined) expect(cluster.transportSocket !== undefined).toBe(isTls);
          else if (isTls) expect(cluster.transportSocket).toBeDefined();
          if (tls !== undefined) expect(cluster.transportSocketMatches).toEqual([]);
          const isHashed = cluster.lbConfig.case === "ringHashLbConfig" || cluster.lbConfig.case === "maglevLbConfig";
          // Where connections say themselves where they go there is nothing to balance.
          if (cluster.lbPolicy !== Cluster_LbPolicy.CLUSTER_PROVIDED)
            expect(isHashed).toBe(loadBalancer?.consistentHash !== undefined);
        }
      }
    }));
});
