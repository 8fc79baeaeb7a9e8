import { refOfRule } from "#core/rate-limit/rule-name.ts";

/** How the agent writes that a RateLimit's rule, or a Quota, refused: `limit:NAMESPACE/NAME/RULE`. */
const WRITTEN = /^limit:([^/ ]+)\/([^/ ]+)\/([^/ ]+)$/;

/** From what stands in a line for it, `NAMESPACE/NAME/RULE`; "" where no limit refused. */
export function parseLimitRefusal(told: string): string {
  const written = `limit:${told}`;
  return WRITTEN.test(written) ? written : "";
}

/** The RateLimit or Quota, as `KIND/NAMESPACE/NAME`; undefined for what is no such refusal. */
export function nameLimitRefusal(deniedBy: string): string[] | undefined {
  const [, namespace, name, rule = ""] = WRITTEN.exec(deniedBy) ?? [];
  return namespace === undefined ? undefined : [refOfRule({ policy: `${namespace}/${name}`, name: rule })];
}

export function namespaceOfLimitRefusal(deniedBy: string): string | undefined {
  return WRITTEN.exec(deniedBy)?.[1];
}
