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
