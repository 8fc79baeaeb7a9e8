import { isKind, KINDS } from "#core/kinds/kinds.ts";
import { planWrittenIn } from "#core/rate-limit/rule-name.ts";

/** The page on which a resource is read and edited; of what is written in a Plan, that one's. */
export function resourceHref(ref: string): string {
  const [kind = "", namespace = "", name = ""] = ref.split("/");
  const plan = planWrittenIn(name);
  if (plan !== undefined) return resourceHref(`Plan/${namespace}/${plan}`);
  return `/${isKind(kind) ? KINDS[kind].area : "traffic"}/${encodeURIComponent(kind)}/${encodeURIComponent(namespace)}/${encodeURIComponent(name)}`;
}
