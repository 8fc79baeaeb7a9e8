import { joinParts } from "#core/kinds/join-words.ts";
import type { Written } from "#core/kinds/kind.ts";
import { describePolicyTarget } from "#core/kinds/policy-target.ts";
import type { TrafficExtensionSpec, WasmModule } from "#core/kinds/traffic-extension/schema.ts";

type Placing = Pick<TrafficExtensionSpec, "selector" | "targetRefs" | "match"> & { readonly phase?: string };

const WHERE: Readonly<Record<string, string>> = {
  AUTHN: "before tokens are checked",
  AUTHZ: "before policies are",
  STATS: "behind policies",
};
const SIDES = { CLIENT: "as callers", SERVER: "as the called", CLIENT_AND_SERVER: "", UNDEFINED: "" } as const;

/** What runs where, in a line. */
export function describeExtension(
  what: string,
  resource: Written<Placing>,
  isHttp: boolean,
  rootNamespace: string,
): string {
  const { match = [], phase = "" } = resource.spec;
  const sides = match.map(({ mode = "CLIENT_AND_SERVER", ports = [] }) =>
    [SIDES[mode], ports.length === 0 ? "" : `at port ${ports.map(({ number }) => number).join(", ")}`]
      .filter((part) => part !== "")
      .join(" "),
  );
  const on = sides.includes("") || sides.length === 0 ? "" : `, ${joinParts(sides)}`;
  return `Runs ${what} on ${isHttp ? "requests" : "connections"} of ${describePolicyTarget(resource, rootNamespace)}${on}${phase in WHERE ? `, ${WHERE[phase]}` : ""}`;
}

export function describeModule({ url, failStrategy = "FAIL_CLOSE" }: WasmModule): string {
  const file = url.slice(url.lastIndexOf("/") + 1) || url;
  return `${file}${failStrategy === "FAIL_OPEN" ? ", or nothing where it fails," : ""}`;
}
