import type { Explained } from "#testing/oracle/explained-difference.ts";
import { at, type Json, listAt, numberAt } from "#testing/oracle/json.ts";
import { isAtAddressesAlone, someDocument } from "#testing/oracle/written-case.ts";
import { names, ofRules, takesByWildcard } from "#testing/oracle/written-rules.ts";

/** A match of it names port 9080, or it has routes of another rule, of which one may. */
const namesOtherPort = (rule: Json): boolean =>
  listAt(rule, "spec", "http").some(
    (each) =>
      at(each, "delegate") !== undefined || listAt(each, "match").some((match) => numberAt(match, "port") === 9080),
  );

/** Requests that are routed otherwise on purpose. */
export const EXPLAINED_ROUTES: readonly Explained[] = [
  {
    area: "sidecar-routes",
    why: "a host that only a rule names is known by its short names too",
    what: /^here .*, in Istio (?:PassthroughCluster|the route itself with 502)$/,
    where: /^sidecar-(?:prod|istio-system) port 80 \w+ s0\/|^sidecar-(?:default|istio-system) port 80 \w+ s1\//,
    holds: ofRules(names),
  },
  {
    area: "sidecar-routes",
    why: "the same of one whose service callers do not see",
    what: /^here .*, in Istio (?:PassthroughCluster|the route itself with 502)$/,
    where: /^sidecar-\S+ port 80 \w+ s[01](?:\.\w+)*\//,
    holds: ofRules(names),
    text: /^ {2}defaultServiceExportTo:\n +- \.$|^kind: Sidecar$|^kind: ServiceEntry$(?:(?!^---$)[\s\S])*^ {2}exportTo:\n {4}- \.$/m,
  },
  {
    area: "sidecar-routes",
    why: "a rule for a service that has no port 80, as a Sidecar's listener for port 80 leaves it, does not hold there",
    what: /^here (?:PassthroughCluster|the route itself with 502|no HTTP), in Istio /,
    where: /^sidecar-\S+ port 80 /,
    text: /^kind: Sidecar$[\s\S]*^ +- port:\n +number: \d+$/m,
    holds: ofRules(),
  },
  {
    area: "sidecar-routes",
    why: "a destination without a port means the one port that its service has",
    what: isOnlyPort,
    where: /^sidecar-\S+ port 9080 /,
  },
  {
    area: "sidecar-routes",
    why: "a host that only a rule names is known on the ports that its matches name, and there alone",
    what: /^here PassthroughCluster, in Istio /,
    where: /^sidecar-\S+ port 80 /,
    holds: ofRules(namesOtherPort),
  },
  {
    area: "sidecar-routes",
    why: "a rule's host is also known on the ports that its matches name",
    what: /, in Istio (?:PassthroughCluster|the route itself with 502|no HTTP)$/,
    where: /^sidecar-\S+ port 9080 /,
    holds: ofRules(namesOtherPort),
  },
  {
    area: "sidecar-routes",
    why: "on such a port other hosts are answered as on any of HTTP",
    what: /^here (?:PassthroughCluster|404|the route itself with 502), in Istio no HTTP$/,
    where: /^sidecar-\S+ port 9080 /,
    holds: someDocument("VirtualService", namesOtherPort),
  },
  {
    area: "sidecar-routes",
    why: "a rule that is left without a route leaves requests to the next one for the same wildcard",
    what: /, in Istio outbound\|\d+\|\|/,
    holds: ofRules(takesByWildcard, 2),
  },
  {
    area: "sidecar-routes",
    why: "the same, of one whose delegate is not there, where both lead to the same service",
    what: /^\.\w/,
    text: /^ {4}- delegate:$/m,
    holds: ofRules(takesByWildcard, 2),
  },
  {
    area: "sidecar-routes",
    why: "nobody answers at a port that the service has not, and so no rule for it matters",
    what: /^\.route\.(?:hashPolicy|retryPolicy\.(?:retryHostPredicate|hostSelectionRetryMaxAttempts)): /,
    text: /^kind: VirtualService$[\s\S]*^ +number: 9080\n[\s\S]*^kind: Sidecar$/m,
  },
  {
    area: "sidecar-routes",
    why: "a host that only a rule names is known also where no service that callers know is on the port",
    what: /, in Istio no HTTP$/,
    holds: someDocument("VirtualService", () => true),
    text: /^kind: Sidecar$|^ {2}defaultServiceExportTo:\n +- \.$|^kind: ServiceEntry$(?:(?!^---$)[\s\S])*^ {2}exportTo:\n {4}- \.$/m,
  },
  {
    area: "sidecar-routes",
    why: "requests to other addresses go by their host also where each service of the port has an address and no protocol",
    what: /, in Istio no HTTP$/,
    holds: isAtAddressesAlone,
  },
  {
    area: "sidecar-routes",
    why: "what a Sidecar's listener does not name and another does is found by its addresses, and its requests go on as connections",
    what: /^here no HTTP, in Istio 404$/,
    where: /^sidecar-\S+ own /,
    text: /^kind: Sidecar$[\s\S]*^ +- port:$/m,
  },
  {
    area: "sidecar-routes",
    why: "patches for a port hold for the tables of its services' own, and those for the port's table do not",
    what: /^\.responseHeadersToAdd: /,
    where: /^sidecar-\S+ own /,
    text: /^ {8}routeConfiguration:\n(?: {10}.*\n)* {10}(?:portNumber|name): /m,
  },
  {
    area: "sidecar-routes",
    why: "a service with several addresses is called by each of them",
    what: /^here .*, in Istio (?:PassthroughCluster|the route itself with 502)$/,
    where: /^sidecar-\S+ port (?:80|9080) \w+ 10\.7\.0\.\d(?::80)?\//,
    text: /^ {2}addresses:\n {4}- 10\.7\.0\.\d\n {4}- 10\.9/m,
  },
  {
    area: "sidecar-routes",
    why: "a port of a Sidecar's egress is of HTTP where a service on it is",
    what: /^here no HTTP, in Istio (?:PassthroughCluster|the route itself with 502)$/,
    text: /^kind: Sidecar$[\s\S]*^ +- port:$/m,
  },
  ...["sidecar-routes", "gateways"].flatMap((area): Explained[] => [
    {
      area,
      why: "a subset that switches the hash off hashes nothing, and retries go to other instances",
      what: /^\.route\.hashPolicy: here undefined, in Istio \[/,
      text: /simple: RANDOM|useSourceIp: false/,
    },
    {
      area,
      why: "the same, of retries",
      what: /^\.route\.retryPolicy\.(?:retryHostPredicate|hostSelectionRetryMaxAttempts): here .*, in Istio undefined$/,
      text: /simple: RANDOM|useSourceIp: false/,
    },
  ]),
];

/** The same clusters but for the port: the caller's in Istio, the service's own here. */
function isOnlyPort(what: string): boolean {
  const [ours, theirs] = what.replace(/^.*?here /, "").split(", in Istio ");
  const toOne = (text: string): string => text.replaceAll("outbound|9080|", "outbound|80|");
  return theirs !== undefined && toOne(theirs) === toOne(ours ?? "");
}
