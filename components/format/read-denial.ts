/** Kind, `NAMESPACE/NAME`, and of a limit the rule. */
const REF = /^([A-Z]\w+)\/([^/]+\/[^/]+)(?:\/([^/]+))?$/;
const LIMITS: readonly string[] = ["RateLimit", "Quota"];

export interface ToldDenial {
  readonly did: "denied" | "limited";
  /** `KIND/NAMESPACE/NAME` */
  readonly ref: string;
  /** `shop/deny`; of a limit `RateLimit shop/per-caller`. */
  readonly name: string;
  /** Of a RateLimit; empty where there is none. */
  readonly rule: string;
}

/** What denied as people call it, where that is a resource: it has a page. Undefined where it is a reason in words. */
export function readDenial(deniedBy: string): ToldDenial | undefined {
  const [, kind, name, rule = ""] = REF.exec(deniedBy) ?? [];
  if (kind === undefined || name === undefined) return undefined;
  const ref = `${kind}/${name}`;
  return LIMITS.includes(kind)
    ? { did: "limited", ref, name: `${kind} ${name}`, rule }
    : { did: "denied", ref, name, rule };
}

/** "denied by shop/deny", "limited by RateLimit shop/per-caller, rule burst"; a reason in words as it is. */
export function tellDenial(deniedBy: string): string {
  const told = readDenial(deniedBy);
  if (told === undefined) return deniedBy;
  return `${told.did} by ${told.name}${told.rule === "" ? "" : `, rule ${told.rule}`}`;
}
