import { expect, test } from "vitest";
import { Checker } from "#core/check/check-config.ts";
import type { Diagnostic } from "#core/diagnostic.ts";
import type { WorkloadInstance as Instance } from "#core/registry/instance.ts";
import type { Snapshot } from "#core/registry/snapshot.ts";
import type { ConfigChange } from "#core/resource/config-change.ts";
import { parseDocuments } from "#core/resource/parse-documents.ts";
import type { ApplyResult } from "#core/view/config.ts";
import type { ConfigStore } from "#server/config/store.ts";
import { CheckCache } from "#server/services/check-cache.ts";
import { type ConfigServiceOptions, createConfigService } from "#server/services/config-service.ts";
import { MeshState } from "#server/services/mesh-state.ts";
import type { Caller } from "#server/services/services.ts";

const NO_FILES = { findings: () => [] };
const NO_KEYS = { findings: () => [], at: () => undefined };

/** What of a check is done where, for a text of that many characters. */
async function whereIsChecked(length: number): Promise<readonly string[]> {
  const places: string[] = [];
  const document = "apiVersion: v1\nkind: ConfigMap\nmetadata: { name: a }\n";
  const changes: ConfigChange[] = [{ op: "upsert", text: document.padEnd(length, "#") }];
  const service = createConfigService({
    keys: NO_KEYS,
    files: NO_FILES,
    store: {
      plan: async () => ({ changed: [], unchanged: [], diagnostics: [], upserts: [], deletes: [] }),
    } satisfies Pick<ConfigStore, "plan"> as unknown as ConfigStore,
    state: { revision: 0, snapshot: () => ({ resources: [] }) },
    checks: {
      run: () => {
        places.push("checked here");
        return [];
      },
    },
    previews: {
      read: async () => {
        places.push("read in the thread");
        return { writes: [], diagnostics: [] };
      },
      place: async () => {
        places.push("placed in the thread");
        return [];
      },
      findings: async () => {
        places.push("checked in the thread");
        return { findings: [], resolved: [] };
      },
    },
  } as unknown as ConfigServiceOptions);
  await service.check(changes, { user: "ada" });
  return [...new Set(places)];
}

test("a few lines are checked at once, and all else in the thread that is in nobody's way", async () => {
  expect(await whereIsChecked(8000)).toEqual(["checked here"]);
  expect(await whereIsChecked(9000)).toEqual(["read in the thread", "checked in the thread", "placed in the thread"]);
});

test("what is applied is read beside the previews, and waits for none of them", async () => {
  const places: string[] = [];
  const reader = (place: string) => ({
    read: async () => {
      places.push(place);
      return { writes: [], diagnostics: [] };
    },
  });
  const service = createConfigService({
    keys: NO_KEYS,
    files: NO_FILES,
    store: { apply: async () => ({ revision: null, changed: [], unchanged: [], diagnostics: [] }) },
    state: { snapshot: () => ({}) },
    publisher: { findings: [] },
    previews: reader("the thread of previews"),
    applies: reader("a thread of its own"),
  } as unknown as ConfigServiceOptions);
  const caller = { principal: { name: "ada", role: "operator" }, from: "" } as unknown as Caller;
  await service.apply([{ op: "upsert", text: "a: b".padEnd(9000, "#") }], "", caller);
  expect(places).toEqual(["a thread of its own"]);
});

test("a preview says when another revision came meanwhile, and on which it stands", async () => {
  const state = { revision: 6, snapshot: () => ({ resources: [] }) };
  const service = createConfigService({
    keys: NO_KEYS,
    files: NO_FILES,
    store: { plan: async () => ({ changed: [], unchanged: [], diagnostics: [], upserts: [], deletes: [] }) },
    state,
    mesh: { proxies: async () => [], takers: async () => ({ ids: [], counts: [] }) },
    previews: {
      rehearse: async () => {
        state.revision = 7;
        return { revision: 6, findings: [], resolved: [], xds: [], changed: [] };
      },
    },
  } as unknown as ConfigServiceOptions);
  const { diagnostics } = await service.preview([], { user: "ada" });
  expect(diagnostics).toMatchObject([
    { severity: "info", code: "preview-overtaken", message: expect.stringMatching(/^revision 7 .* revision 6$/) },
  ]);
});

const NOTHING = { instanceUpserts: [], instanceDeletes: [], deletes: [], upserts: [] };
const FINDING: Diagnostic = {
  severity: "warning",
  code: "no-effect",
  resource: "VirtualService/default/a",
  message: "m",
};

/** What came of an apply, in order; each check finds what is wrong with its revision. */
async function apply(result: Omit<ApplyResult, "unchanged">): Promise<{ told: ApplyResult; steps: readonly string[] }> {
  const steps: string[] = [];
  const state = new MeshState({ revision: 6, mesh: {} as Snapshot["mesh"], resources: [], instances: [] });
  const check = ({ revision }: Snapshot): Diagnostic[] => {
    steps.push(`checked ${revision}`);
    return revision === 6 ? [] : [FINDING];
  };
  const checks = new CheckCache(state, { check });
  const service = createConfigService({
    keys: NO_KEYS,
    files: NO_FILES,
    store: { apply: async () => ({ ...result, unchanged: [] }) } as unknown as ConfigStore,
    state,
    checks,
    publisher: {
      findings: [],
      published: async (revision: number) => {
        state.apply({ revision, ...NOTHING });
        steps.push(`compiled ${revision}`);
        return [];
      },
    },
    audit: () => steps.push("audited"),
  } as unknown as ConfigServiceOptions);
  const caller = { principal: { name: "ada" } } as Caller;
  return { told: await service.apply([], "", caller, undefined), steps };
}

test("proxies get a revision before it is audited and checked against what was, and what it brings is told", async () => {
  const { told, steps } = await apply({ revision: 7, changed: [], diagnostics: [] });
  expect(told.diagnostics).toEqual([FINDING]);
  expect(steps).toEqual(["compiled 7", "audited", "checked 6", "checked 7"]);
});

test.each([
  ["unchanged", []],
  ["refused", [{ ...FINDING, severity: "error" }]],
] as const)("what is %s is checked against nothing", async (_, diagnostics) => {
  const { steps } = await apply({ revision: null, changed: [], diagnostics });
  expect(steps.filter((step) => step !== "audited")).toEqual([]);
});

const GROUP = parseDocuments(
  "apiVersion: networking.istio.io/v1\nkind: WorkloadGroup\nmetadata: { name: cart }\nspec: { template: {} }",
).resources;
const CART = { namespace: "default", name: "cart-0", workload: "cart", labels: {}, ports: [] } as unknown as Instance;

test("who takes a WorkloadGroup away is told which instances leave, also when they have left by then", async () => {
  const mesh = { trustDomain: "t", domainSuffix: "cluster.local", rootNamespace: "istio-system", traceSampling: 0 };
  const state = new MeshState({ revision: 6, mesh, resources: GROUP, instances: [CART] });
  const ref = "WorkloadGroup/default/cart";
  const service = createConfigService({
    keys: NO_KEYS,
    files: NO_FILES,
    store: {
      apply: async () => ({ revision: 7, changed: [{ ref, op: "deleted" }], unchanged: [], diagnostics: [] }),
    } as unknown as ConfigStore,
    state,
    checks: new CheckCache(state, new Checker()),
    publisher: {
      findings: [],
      published: async (revision: number) => {
        const deletes = [{ kind: "WorkloadGroup", namespace: "default", name: "cart" }] as const;
        state.apply({ ...NOTHING, revision, deletes, instanceDeletes: ["default/cart-0"] });
        return [];
      },
    },
    audit: () => undefined,
  } as unknown as ConfigServiceOptions);
  const { diagnostics } = await service.apply(
    [{ op: "delete", ref }],
    "",
    { principal: { name: "ada" } } as Caller,
    undefined,
  );
  expect(diagnostics.map(({ resource, code, message }) => `${resource} ${code} ${message}`)).toEqual([
    `${ref} instances-without-group a registered instance loses this WorkloadGroup and leaves the mesh: cart-0`,
  ]);
});
