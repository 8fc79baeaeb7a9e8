import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeAll, expect, test } from "vitest";
import { judgeRefusal } from "#core/xds/judge-refusal.ts";
import type { XdsType } from "#core/xds/type-urls.ts";
import {
  cluster,
  encodeResource,
  endpoints,
  endpointsTooLong,
  host,
  listener,
  routes,
} from "#server/xds/testing/envoy-resources.ts";
import { RawAds } from "#server/xds/testing/raw-ads.ts";
import { RunningEnvoy } from "#server/xds/testing/run-envoy.ts";
import { findTestEnvoy } from "#testing/find-test-envoy.ts";

// Of a response that Envoy refuses: what it applied, as its config_dump says, is what `judgeRefusal` says, and no less.

const NODE = "sidecar~127.0.0.1~x.default~default.svc.cluster.local";
const NAMES = ["a", "b", "c", "d", "e", "f", "g", "h"].map((letter) => `service-${letter}`);
const [FIRST = "", , , CULPRIT = ""] = NAMES;
const until = <T>(read: () => T | Promise<T>) => expect.poll(read, { interval: 20 });

let envoyPath: string;
let undo: (() => unknown)[] = [];

beforeAll(async () => {
  envoyPath = await findTestEnvoy();
});
afterEach(async () => {
  for (const each of undo.reverse()) await each();
  undo = [];
});

async function start(isDelta: boolean): Promise<{ ads: RawAds; envoy: RunningEnvoy }> {
  const dir = mkdtempSync(join(tmpdir(), "pharos-applies-"));
  undo.push(() => rmSync(dir, { recursive: true, force: true }));
  const ads = new RawAds(isDelta);
  const xdsPort = await ads.listen();
  undo.push(() => ads.close());
  const envoy = new RunningEnvoy({ envoy: envoyPath, dir, xdsPort, isDelta, nodeId: NODE });
  undo.push(() => envoy.stop());
  await until(() => ads.has("CDS")).toBe(true);
  return { ads, envoy };
}

/** Sends a response and waits for Envoy's words about it. */
async function say(ads: RawAds, ...response: Parameters<RawAds["send"]>): Promise<string> {
  const nonce = ads.send(...response);
  await until(() => ads.answer(nonce)).toBeDefined();
  return ads.answer(nonce) ?? "";
}

const each = (make: (name: string) => Uint8Array) => Object.fromEntries(NAMES.map((name) => [name, make(name)]));

interface Dumped {
  readonly name?: string;
  readonly active_state?: { readonly listener: unknown };
  readonly warming_state?: { readonly listener: unknown };
  readonly cluster?: { readonly name: string };
  readonly route_config?: { readonly name: string; readonly virtual_hosts?: { readonly name: string }[] };
}

/** Name → its text in Envoy's own account. */
async function dump(envoy: RunningEnvoy, type: XdsType): Promise<Map<string, string>> {
  if (type === "EDS") {
    const { cluster_statuses: all } = JSON.parse(await envoy.admin("/clusters?format=json")) as {
      cluster_statuses: { name: string; host_statuses?: unknown[] }[];
    };
    return new Map(
      all.flatMap(({ name, host_statuses: hosts }) => (hosts === undefined ? [] : [[name, JSON.stringify(hosts)]])),
    );
  }
  const resource = {
    CDS: "dynamic_active_clusters",
    LDS: "dynamic_listeners",
    RDS: "dynamic_route_configs",
    VHDS: "dynamic_route_configs",
    SDS: "",
  }[type];
  const { configs = [] } = JSON.parse(await envoy.admin(`/config_dump?resource=${resource}`)) as { configs?: Dumped[] };
  const entries = configs.flatMap((one): (readonly [string, unknown])[] => {
    if (type === "CDS") return [[one.cluster?.name ?? "", one.cluster]];
    if (type === "LDS") {
      const state = one.warming_state ?? one.active_state;
      return state === undefined ? [] : [[one.name ?? "", state.listener]];
    }
    if (type === "RDS") return [[one.route_config?.name ?? "", one.route_config]];
    return (one.route_config?.virtual_hosts ?? []).map((virtual) => [virtual.name, virtual] as const);
  });
  return new Map(entries.map(([name, content]) => [name, JSON.stringify(content)]));
}

const BAD_REGEX = { regex_rewrite: { pattern: { google_re2: {}, regex: "(" }, substitution: "x" } };
const CORS = {
  name: "envoy.filters.http.cors",
  typed_config: { "@type": "type.googleapis.com/envoy.extensions.filters.http.cors.v3.Cors" },
};
const fixed = (name: string, version: number, more = {}) =>
  cluster(name, {
    type: "STATIC",
    eds_cluster_config: null,
    load_assignment: { cluster_name: name },
    alt_stat_name: `v${version}`,
    ...more,
  });
const virtual = (name: string, version: number, more = {}) =>
  encodeResource("VHDS", host(`r/${name}`, name, { name: `v${version}`, route: { cluster: "c", ...more } }));

interface Case {
  readonly what: string;
  readonly type: XdsType;
  readonly good: (name: string, version: number) => Uint8Array;
  readonly bad: (name: string) => Uint8Array;
  /** Of the rest: nothing, all, or any. */
  readonly applies: "nothing" | "all" | "any";
  /** How a version stands in the dump. */
  readonly mark?: (version: number) => string;
  readonly prepare?: (ads: RawAds) => Promise<unknown>;
}

const endpointCase = {
  type: "EDS",
  good: (name: string, version: number) => endpoints(name, 1000 + version),
  mark: (version: number) => `"port_value":${1000 + version}`,
  prepare: async (ads: RawAds) => {
    ads.send(
      "CDS",
      each((name) => cluster(name)),
    );
    await until(() => ads.asked("EDS").size).toBe(NAMES.length);
  },
} as const;
const clusterCase = { type: "CDS", good: fixed } as const;
const listenerCase = {
  type: "LDS",
  good: (name: string, version: number) => listener(name, 0, "r", { server_name: `v${version}` }),
  prepare: (ads: RawAds) => say(ads, "CDS", {}),
} as const;
const routeCase = {
  type: "RDS",
  good: (name: string, version: number) => routes(name, [host("x", `v${version}`, { route: { cluster: "c" } })]),
  prepare: async (ads: RawAds) => {
    await say(ads, "CDS", {});
    await say(
      ads,
      "LDS",
      each((name) => listener(name, 0, name)),
    );
    await until(() => ads.asked("RDS").size).toBe(NAMES.length);
  },
} as const;
const hostCase = {
  type: "VHDS",
  good: virtual,
  prepare: async (ads: RawAds) => {
    await say(ads, "CDS", {});
    await say(ads, "LDS", { l: listener("l", 0, "r") });
    await until(() => ads.asked("RDS").size).toBe(1);
    await say(ads, "RDS", { r: routes("r") });
    await until(() => ads.has("VHDS")).toBe(true);
  },
} as const;

const cases: readonly Case[] = [
  { ...endpointCase, what: "endpoints at a path that is too long", bad: endpointsTooLong, applies: "any" },
  {
    ...endpointCase,
    what: "endpoints against the rules of their proto",
    bad: (name) => encodeResource("EDS", { cluster_name: name, endpoints: [{ priority: 500 }] }),
    applies: "nothing",
  },
  {
    ...endpointCase,
    what: "endpoints that are no protobuf",
    bad: () => Buffer.from([0x0a, 0xff, 0xff]),
    applies: "nothing",
  },
  {
    ...clusterCase,
    what: "a cluster that looks up two names as one",
    bad: (name) => {
      const local = { endpoint: { address: { socket_address: { address: "localhost", port_value: 1 } } } };
      return fixed(name, 0, {
        type: "LOGICAL_DNS",
        load_assignment: { cluster_name: name, endpoints: [{ lb_endpoints: [local, local] }] },
      });
    },
    applies: "all",
  },
  {
    ...clusterCase,
    what: "a cluster against the rules of its proto",
    bad: (name) => fixed(name, 0, { connect_timeout: "0s" }),
    applies: "nothing",
  },
  {
    ...listenerCase,
    what: "a listener whose filters do not end",
    bad: (name) => listener(name, 0, "r", { http_filters: [CORS] }),
    applies: "all",
  },
  {
    ...listenerCase,
    what: "a listener against the rules of its proto",
    bad: (name) => encodeResource("LDS", { name, address: { socket_address: { address: "", port_value: 1 } } }),
    applies: "nothing",
  },
  {
    ...routeCase,
    what: "a route configuration with a bad regex",
    bad: (name) => routes(name, [host("x", "x", { route: { cluster: "c", ...BAD_REGEX } })]),
    applies: "any",
  },
  {
    ...routeCase,
    what: "a route configuration against the rules of its proto",
    bad: (name) => routes(name, [host("x", "", {})]),
    applies: "nothing",
  },
  { ...hostCase, what: "a virtual host with a bad regex", bad: (name) => virtual(name, 0, BAD_REGEX), applies: "any" },
  {
    ...hostCase,
    what: "a virtual host against the rules of its proto",
    bad: (name) => encodeResource("VHDS", host(`r/${name}`, "", {})),
    applies: "nothing",
  },
];

test.each(
  cases.flatMap((one) => (one.type === "VHDS" ? [true] : [true, false]).map((isDelta) => ({ ...one, isDelta }))),
)(
  "$what: $applies of the rest is applied (delta: $isDelta)",
  async ({ type, good, bad, applies, mark, prepare, isDelta }) => {
    const { ads, envoy } = await start(isDelta);
    await prepare?.(ads);
    const key = (name: string) => (type === "VHDS" ? `r/${name}` : name);
    const keyed = (all: Record<string, Uint8Array>) =>
      Object.fromEntries(Object.entries(all).map(([name, body]) => [key(name), body]));
    const isAt = (text: string | undefined, version: number) =>
      text?.includes(mark?.(version) ?? `v${version}"`) ?? false;
    const mix = (version: number) => each((name) => (name === CULPRIT ? bad(name) : good(name, version)));
    const expectBelief = async (words: string, version: number, sent: readonly string[]) => {
      expect(words).not.toBe("");
      const { applied, doubtful, refused } = judgeRefusal(type, words, sent.map(key));
      const held = await dump(envoy, type);
      expect(applied.filter((name) => !isAt(held.get(name), version))).toEqual([]);
      expect(refused.every(({ name }) => name === key(CULPRIT))).toBe(true);
      const others = sent.filter((name) => name !== CULPRIT).map(key);
      if (applies === "all") expect(applied).toEqual(others);
      if (applies === "nothing") expect(others.filter((name) => isAt(held.get(name), version))).toEqual([]);
      if (applies === "any") expect(doubtful).toEqual(sent.map(key));
      return held;
    };
    await expectBelief(await say(ads, type, keyed(mix(1))), 1, NAMES);
    expect(await say(ads, type, keyed(each((name) => good(name, 2))))).toBe("");
    await until(async () => [...(await dump(envoy, type)).entries()].filter(([, text]) => isAt(text, 2)).length).toBe(
      NAMES.length,
    );
    // With one taken away: in the state of the world by leaving it out, where that says so.
    const { [FIRST]: first, ...rest } = mix(3);
    expect(first).toBeDefined();
    const sent = NAMES.filter((name) => name !== FIRST);
    const held = await expectBelief(await say(ads, type, keyed(rest), isDelta ? [key(FIRST)] : []), 3, sent);
    const isWhole = isDelta || type === "CDS" || type === "LDS";
    if (isWhole && type !== "EDS" && type !== "RDS") expect(held.has(key(FIRST))).toBe(applies !== "all");
    // The culprit keeps the version it had.
    expect(isAt(held.get(key(CULPRIT)), 2)).toBe(true);
  },
);

test("Envoy cuts its words, and nothing is taken to be applied behind the cut", async () => {
  const { ads } = await start(true);
  const names = Array.from({ length: 60 }, (_, index) => `n${index}${"x".repeat(200)}`);
  const words = await say(
    ads,
    "CDS",
    Object.fromEntries(names.map((name) => [name, fixed(name, 0, { type: "LOGICAL_DNS" })])),
  );
  const { refused, applied, doubtful, isRemovalApplied } = judgeRefusal("CDS", words, names);
  expect(words).toMatch(/\.\.\.\(truncated\)$/);
  expect(refused.length).toBeGreaterThan(0);
  expect({ applied, isRemovalApplied }).toEqual({ applied: [], isRemovalApplied: false });
  expect(doubtful).toHaveLength(names.length - refused.length);
});
