import type { HealthSubject } from "#core/resolve/health-tolerances.ts";

/** As what is kept of a subject's health is named; a namespace is `namespace NAME`. */
export function subjectText({ kind, namespace, name }: HealthSubject): string {
  return kind === "service" ? `service ${name}` : `${kind} ${namespace}/${name}`;
}
