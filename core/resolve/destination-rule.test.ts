import { describe, expect, test } from "vitest";
import { resolveDestinationRule } from "#core/resolve/destination-rule.ts";
import { parseDocuments } from "#core/resource/parse-documents.ts";
import { formatRef, type Resource, refOf } from "#core/resource/resource.ts";
import { resource } from "#core/resource/testing/problems.ts";

const MESH = { rootNamespace: "root", domainSuffix: "cluster.local" };
const HOST = "a.shop.svc.cluster.local";

/** `namespace/name host exportTo…`, the oldest first. */
function rule(text: string, age: number): Resource<"DestinationRule"> {
  const [ref = "", host, ...exportTo] = text.split(" ");
  const [namespace, name] = ref.split("/");
  const spec = JSON.stringify({ host, ...(exportTo.length === 0 ? {} : { exportTo }), subsets: [{ name }] });
  const [made] = parseDocuments(resource("DestinationRule", spec, JSON.stringify({ name, namespace }))).resources;
  if (made?.kind !== "DestinationRule") throw new Error(text);
  return { ...made, metadata: { ...made.metadata, creationTimestamp: `2026-01-01T00:00:0${age}Z` } };
}

const found = (rules: readonly string[], clientNamespace: string) =>
  resolveDestinationRule(rules.map(rule), { host: HOST, clientNamespace, serviceNamespace: "shop", mesh: MESH })
    ?.rules.map((each) => formatRef(refOf(each)).replace("DestinationRule/", ""))
    .join("+");

describe("which rule a client follows", () => {
  test.each<[string, readonly string[], string, string | undefined]>([
    ["its own namespace's", ["shop/s a", `web/w ${HOST}`, "root/r *.local"], "web", "web/w"],
    ["the service's", ["shop/s a", "root/r *.local"], "web", "shop/s"],
    ["the root's", ["root/r *.local"], "web", "root/r"],
    ["a wildcard of its own before the exact one of the service", ["shop/s a", "web/w *.local"], "web", "web/w"],
    ["the more specific of one namespace", ["shop/w *.local", "shop/s a"], "web", "shop/s"],
    ["none that is private elsewhere", ["shop/s a ."], "web", undefined],
    ["one that is private to it", ["shop/s a ."], "shop", "shop/s"],
    ["the same by name", ["shop/s a shop"], "shop", "shop/s"],
    ["one that is exported to it by name", ["shop/s a web"], "web", "shop/s"],
    ["none of its own that is for others alone", [`web/w ${HOST} shop`], "web", undefined],
    // The most specific host is chosen before it is asked who may see it.
    ["no wider one where the specific is not for it", ["shop/w *.local", "shop/s a db"], "web", undefined],
    ["the root's where the service's is not for it", ["shop/s a db", "root/r *.local"], "web", "root/r"],
    ["both of one namespace for the same clients", ["shop/s a web", "shop/t a web"], "web", "shop/s+shop/t"],
    ["the younger where they are for others", ["shop/s a web", "shop/t a db web"], "web", "shop/s+shop/t"],
    ["not together where one is for fewer", ["shop/s a web db", "shop/t a web"], "web", "shop/t"],
  ])("%s", (_name, rules, client, expected) => expect(found(rules, client)).toBe(expected));
});

describe("rules for clients by their labels", () => {
  const choosing = (text: string, age: number, labels: Readonly<Record<string, string>>) => {
    const made = rule(text, age);
    return { ...made, spec: { ...made.spec, workloadSelector: { matchLabels: labels } } };
  };
  const V2 = { version: "v2" };
  const follow = (
    rules: readonly Resource<"DestinationRule">[],
    labels: Readonly<Record<string, string>> | undefined,
  ) =>
    resolveDestinationRule(rules, {
      ...{ host: HOST, clientNamespace: "web", serviceNamespace: "shop", mesh: MESH },
      clientLabels: labels,
    })
      ?.rules.map((each) => each.metadata.name)
      .join("+");
  const OWN = choosing(`web/own ${HOST}`, 2, V2);

  test.each<[string, Resource<"DestinationRule">[], string | undefined, string | undefined]>([
    ["go before others of the namespace, older or not", [rule(`web/all ${HOST}`, 1), OWN], "own", "all"],
    ["hide what the service's namespace says from the others", [rule("shop/s a", 1), OWN], "own", undefined],
    ["are for their own namespace alone", [choosing("shop/s a", 1, V2)], undefined, undefined],
    ["take in what is private to the namespace", [rule(`web/all ${HOST} .`, 1), OWN], "own+all", "all"],
    ["are put together where they choose alike", [OWN, choosing(`web/too ${HOST}`, 3, V2)], "own+too", undefined],
    ["are not where they choose otherwise", [OWN, choosing(`web/too ${HOST}`, 3, { a: "b" })], "own", undefined],
    ["hold for all with no labels at all", [choosing(`web/any ${HOST}`, 1, {})], "any", "any"],
  ])("%s", (_name, rules, chosen, other) => {
    expect(follow(rules, { app: "x", ...V2 })).toBe(chosen);
    expect(follow(rules, { app: "x" })).toBe(other);
  });

  test("none is for whom nothing is known of, as the called are", () =>
    expect(follow([rule(`web/all ${HOST}`, 1), OWN], undefined)).toBe("all"));
});

describe("clients of the root namespace", () => {
  test.each<[string, readonly string[], string | undefined]>([
    ["follow the service's rule before one that is for all", ["root/r *.local", "shop/s a"], "shop/s"],
    ["follow what the root keeps to itself first", ["root/r *.local .", "shop/s a"], "root/r"],
    ["the same by name", ["root/r *.local root", "shop/s a"], "root/r"],
    // Istio looks for them by name among those that are exported.
    ["do not follow what it exports as its own and to another", ["root/r *.local . web"], undefined],
    ["follow what it exports to them by name and to another", ["root/r *.local root web"], "root/r"],
  ])("%s", (_name, rules, expected) => expect(found(rules, "root")).toBe(expected));
});
