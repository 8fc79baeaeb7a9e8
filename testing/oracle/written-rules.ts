import { expandHost, hostMatches, isWildcard } from "#core/host/host.ts";
import type { Difference } from "#testing/oracle/area.ts";
import { type Json, listAt, textAt } from "#testing/oracle/json.ts";
import { documentsOf, type Holds } from "#testing/oracle/written-case.ts";

const DOMAIN = "cluster.local";

/** Of a request, where `where` is of one: "sidecar-default port 80 GET s0.default/a {}". */
interface Asked {
  readonly namespace: string;
  readonly host: string;
}

/** Rules of the request's host, some of which are such; `least` of them have to be. */
export function ofRules(isSuch: (rule: Json, host: string) => boolean = () => true, least = 1): Holds {
  return (text, difference) => {
    const { namespace, host: asked } = askedIn(difference);
    const host = hostAt(text, asked);
    const whole = wholeName(host, namespace);
    const found = documentsOf(text).filter(
      (each) =>
        textAt(each, "kind") === "VirtualService" &&
        hostsOf(each).some((pattern) => hostMatches(pattern, whole) || hostMatches(pattern, host)) &&
        isSuch(each, whole),
    );
    return found.length >= least;
  };
}

/** It names the host itself. */
export function names(rule: Json, host: string): boolean {
  return hostsOf(rule).includes(host);
}

/** It has the host by a wildcard. */
export function takesByWildcard(rule: Json, host: string): boolean {
  return hostsOf(rule).some((pattern) => isWildcard(pattern) && hostMatches(pattern, host));
}

function hostsOf(rule: Json): string[] {
  const namespace = textAt(rule, "metadata", "namespace") ?? "";
  return listAt(rule, "spec", "hosts").map((each) => expandHost(String(each), namespace, DOMAIN));
}

function askedIn({ where }: Difference): Asked {
  const [, namespace = "", host = ""] =
    /^(?:sidecar|gateway)-(\S+) .*?port \d+ \w+ ([^/]*?)(?::\d+)?\//.exec(where) ?? [];
  return { namespace, host };
}

/** Of the service whose address is asked for its name; what is no address of one is a name itself. */
function hostAt(text: string, asked: string): string {
  const address = asked.replace(/^\[(.*)\]$/, "$1");
  const found = documentsOf(text).find(
    (each) => textAt(each, "kind") === "ServiceEntry" && listAt(each, "spec", "addresses").includes(address),
  );
  return String(listAt(found, "spec", "hosts")[0] ?? asked);
}

/** `s0` and `s0.default`, asked for in the namespace `default`, are `s0.default.svc.cluster.local`. */
function wholeName(host: string, namespace: string): string {
  const [, short] = /^([^.]+\.(?:default|prod|istio-system))(?:\.svc)?$/.exec(host) ?? [];
  return short === undefined ? expandHost(host, namespace, DOMAIN) : `${short}.svc.${DOMAIN}`;
}
