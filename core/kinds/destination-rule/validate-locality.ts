import { type Diagnostic, errorAt, warningAt } from "#core/diagnostic.ts";
import type { LocalityLb, ZoneAwareLb } from "#core/kinds/destination-rule/locality.ts";
import type { Path } from "#core/schema/path.ts";
import { TOPOLOGY_LABELS } from "#core/schema/topology-labels.ts";

const TOPOLOGY: ReadonlySet<string> = new Set(TOPOLOGY_LABELS);

/** What Istio's `ValidateLocalityLbSetting` asks. `detects`: endpoints that fail are found out. */
export function validateLocality(setting: LocalityLb, path: Path, detects: boolean): Diagnostic[] {
  const { distribute = [], failover = [], failoverPriority = [] } = setting;
  const issues: Diagnostic[] = [];
  if (distribute.length > 0 && failover.length > 0)
    issues.push(
      errorAt(
        [...path, "failover"],
        "conflicting-fields",
        "distribute and failover cannot both be set",
        "distribute says where requests go; leave out one of the two",
      ),
    );
  if (distribute.length > 0 && failoverPriority.length > 0)
    issues.push(
      warningAt(
        [...path, "failoverPriority"],
        "no-effect",
        "distribute says where requests go, and failoverPriority is not looked at",
        "leave out one of the two",
      ),
    );
  const topology = failoverPriority.findIndex((each) => TOPOLOGY.has(each));
  if (failover.length > 0 && topology >= 0)
    issues.push(
      errorAt(
        [...path, "failoverPriority", topology],
        "conflicting-fields",
        `failover orders by ${failoverPriority[topology]} already`,
        "leave out the label, or failover",
      ),
    );
  issues.push(...overlaps(distribute.map(({ from = "" }, index) => [from, [...path, "distribute", index, "from"]])));
  distribute.forEach(({ to = {} }, index) => {
    issues.push(...validateShares(to, [...path, "distribute", index, "to"]));
  });
  failover.forEach(({ from = "", to = "" }, index) => {
    issues.push(...validateFailover(from, to, [...path, "failover", index]));
  });
  if ((failover.length > 0 || failoverPriority.length > 0) && !detects && setting.enabled !== false)
    issues.push(
      warningAt(
        path,
        "no-effect",
        "nothing fails over without outlierDetection: proxies do not find out that endpoints fail",
        "set outlierDetection beside loadBalancer",
      ),
    );
  return issues;
}

/** The same of zones that share: failover is by region there too, and places are ordered already. */
export function validateZones(
  { enabled, failover, failoverPriority = [] }: ZoneAwareLb,
  path: Path,
  detects: boolean,
): Diagnostic[] {
  const topology = failoverPriority.findIndex((each) => TOPOLOGY.has(each));
  return [
    ...(topology < 0
      ? []
      : [
          errorAt(
            [...path, "failoverPriority", topology],
            "conflicting-fields",
            `zones are ordered by ${failoverPriority[topology]} already`,
            "leave out the label",
          ),
        ]),
    ...validateLocality(
      {
        ...(enabled === undefined ? {} : { enabled }),
        ...(failover === undefined ? {} : { failover }),
        failoverPriority: failoverPriority.filter((each) => !TOPOLOGY.has(each)),
      },
      path,
      detects,
    ),
  ];
}

function validateShares(to: Readonly<Record<string, number>>, path: Path): Diagnostic[] {
  const shares = Object.entries(to);
  const issues = overlaps(shares.map(([locality]) => [locality, [...path, locality]]));
  for (const [locality, share] of shares)
    if (share < 1 || share > 100)
      issues.push(
        errorAt([...path, locality], "bad-value", `${share} must be 1 to 100`, "leave out what gets nothing"),
      );
  const total = shares.reduce((sum, [, share]) => sum + share, 0);
  if (total !== 100) issues.push(errorAt(path, "weight-sum", `the shares add up to ${total}, not 100`));
  return issues;
}

function validateFailover(from: string, to: string, path: Path): Diagnostic[] {
  const issues: Diagnostic[] = [];
  for (const [field, region] of [
    ["from", from],
    ["to", to],
  ] as const)
    if (region.includes("/") || region.includes("*"))
      issues.push(
        errorAt(
          [...path, field],
          "bad-value",
          `${region} must be a region, without zone and wildcard`,
          "inside of a region the nearest endpoints come first by themselves",
        ),
      );
  if (from === to)
    issues.push(errorAt([...path, "to"], "bad-value", `from and to must be different regions, and both are ${from}`));
  return issues;
}

/**
 * Localities of which one is covered by another before it, or that are no localities. As in Istio one with a wildcard may come
 * after those that it covers: it is for the rest.
 */
function overlaps(localities: readonly (readonly [string, Path])[]): Diagnostic[] {
  const seen: string[] = [];
  return localities.flatMap(([locality, path]) => {
    const problem = malformed(locality);
    if (problem !== undefined) return [errorAt(path, "bad-value", problem, "such as us-east/zone-1/*")];
    const other = seen.find((each) => covers(each, locality) || (!locality.includes("*") && covers(locality, each)));
    seen.push(locality);
    return other === undefined
      ? []
      : [errorAt(path, "conflicting-fields", `${locality} overlaps with ${other}, which stands before it`)];
  });
}

function malformed(locality: string): string | undefined {
  const parts = locality.split("/");
  if (parts.some((part) => part === "")) return `${locality || "a locality"} has an empty part`;
  if (parts.length > 3) return `${locality} is not region/zone/subzone`;
  const star = locality.indexOf("*");
  return star >= 0 && star < locality.length - 1 ? `${locality} has a * that is not at its end` : undefined;
}

function covers(wide: string, narrow: string): boolean {
  const own = narrow.split("/");
  return wide.split("/").every((part, index) => part === "*" || part === own[index]);
}
