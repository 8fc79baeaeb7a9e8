import { expect, test } from "vitest";
import { runEach, runWhole } from "#core/check/check-run.ts";
import { type CheckContext, createCheckContext } from "#core/check/context.ts";
import { KeptParts } from "#core/check/kept-parts.ts";
import type { WorkloadInstance } from "#core/registry/instance.ts";
import { type AnyResource, formatRef, type Resource, refOf } from "#core/resource/resource.ts";

// A rule looks again at what is new, and at everything only where something that it asked for has changed.

const MESH = {
  trustDomain: "cluster.local",
  domainSuffix: "cluster.local",
  rootNamespace: "istio-system",
  traceSampling: 1,
};

function entry(name: string): Resource<"ServiceEntry"> {
  return {
    apiVersion: "networking.istio.io/v1",
    kind: "ServiceEntry",
    metadata: { name, namespace: "default" },
    spec: { hosts: [`${name}.example.test`], ports: [{ number: 80, name: "http", protocol: "HTTP" }] },
  };
}

function rule(name: string, host: string): Resource<"DestinationRule"> {
  return {
    apiVersion: "networking.istio.io/v1",
    kind: "DestinationRule",
    metadata: { name, namespace: "default" },
    spec: { host },
  };
}

const instance = {
  namespace: "default",
  name: "a-1",
  workload: "a",
  labels: {},
  ports: [],
} as unknown as WorkloadInstance;

/** A rule for DestinationRules that asks for `part`, given one snapshot after another: whom it looked at in each, and of whom it told. */
function looking(part: keyof CheckContext) {
  const kept = new KeptParts();
  let looked: string[] = [];
  const run = runEach(
    (context) => context.of("DestinationRule"),
    (resource, context) => {
      looked.push(resource.metadata.name);
      void context[part];
      return [{ severity: "warning", code: "no-effect", resource: formatRef(refOf(resource)), message: "m" }];
    },
  );
  return (resources: readonly AnyResource[], instances: readonly WorkloadInstance[] = []) => {
    looked = [];
    const told = run.findings(createCheckContext({ revision: 1, mesh: MESH, resources, instances }, kept));
    return { looked, told: told.map(({ resource }) => resource.split("/")[2]) };
  };
}

const [a, b, c] = [rule("a", "x"), rule("b", "x"), rule("c", "x")];

test("an edit has the resources looked at that it brought, and what was found of the others is kept", () => {
  const look = looking("hosts");
  expect(look([a, b])).toEqual({ looked: ["a", "b"], told: ["a", "b"] });
  expect(look([a, b, c])).toEqual({ looked: ["c"], told: ["a", "b", "c"] });
  expect(look([a, rule("b", "y"), c]).looked).toEqual(["b"]);
  expect(look([a, c])).toEqual({ looked: [], told: ["a", "c"] });
});

test("all are looked at again where a part that was asked for is another, and not for any other part", () => {
  const look = looking("hosts");
  look([a, b]);
  expect(look([a, b], [instance]).looked).toEqual([]);
  expect(look([a, b, entry("s")], [instance]).looked).toEqual(["a", "b"]);
  const lookAtWorkloads = looking("workloads");
  lookAtWorkloads([a, b]);
  expect(lookAtWorkloads([a, b, entry("s")]).looked).toEqual([]);
  expect(lookAtWorkloads([a, b, entry("s")], [instance]).looked).toEqual(["a", "b"]);
});

test("what asks for services and settings is not asked again for rules, routes or instances", () => {
  const look = looking("services");
  const service = entry("s");
  look([a, service]);
  expect(look([a, b, service], [instance]).looked).toEqual(["b"]);
  expect(look([a, b, entry("t")], [instance]).looked).toEqual(["a", "b"]);
});

test("what looks at all of a kind looks again when the kind, or what it asked for, has changed", () => {
  const kept = new KeptParts();
  let looks = 0;
  const run = runWhole((context) => {
    looks += 1;
    void context.of("DestinationRule");
    void context.namespaces;
    return [];
  });
  const find = (...resources: readonly AnyResource[]) =>
    run.findings(createCheckContext({ revision: 1, mesh: MESH, resources, instances: [] }, kept));
  find(a);
  find(a, entry("s"));
  expect(looks).toBe(1);
  find(a, b, entry("s"));
  expect(looks).toBe(2);
  find(a, b, { ...entry("t"), metadata: { name: "t", namespace: "elsewhere" } });
  expect(looks).toBe(3);
});

test("where a look fails, all that it was at are looked at again", () => {
  const kept = new KeptParts();
  let failing = "";
  const run = runEach(
    (context) => context.of("DestinationRule"),
    (resource, { workloads }) => {
      if (resource.metadata.name === failing) throw new Error("no answer");
      return workloads.map(() => ({
        ...{ severity: "warning", code: "no-effect", message: "m" },
        resource: formatRef(refOf(resource)),
      }));
    },
  );
  const find = (instances: readonly WorkloadInstance[]) =>
    run.findings(createCheckContext({ revision: 1, mesh: MESH, resources: [a, b], instances }, kept)).length;
  expect(find([])).toBe(0);
  failing = "b";
  expect(() => find([instance])).toThrow("no answer");
  failing = "";
  expect(find([instance])).toBe(2);
});
