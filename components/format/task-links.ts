import { ROUTING_TASKS } from "#core/form/routing-tasks.ts";

export interface TaskLink {
  readonly label: string;
  readonly detail: string;
  readonly href: string;
}

/** What people do to the requests of a service, each a page that begins it; without a host it is chosen there. */
export function routingTaskLinks(host?: string): TaskLink[] {
  const of = host === undefined ? "" : `&host=${encodeURIComponent(host)}`;
  return Object.entries(ROUTING_TASKS).map(([task, words]) => ({ ...words, href: `/traffic/new?task=${task}${of}` }));
}

/** The others, with who may call and what may be called. */
export function otherTaskLinks(host?: string): TaskLink[] {
  const of = host === undefined ? "" : `?host=${encodeURIComponent(host)}`;
  return [
    {
      label: "Prefer near instances",
      detail: "and others when these fail",
      href: `/traffic/localities${of}`,
    },
    { label: "Expose at a gateway", detail: "under a name of its own, with TLS", href: `/gateways/expose${of}` },
    { label: "Require tokens", detail: "checked, and refused without", href: `/authentication/tokens${of}` },
  ];
}

/** As the entries of a menu. */
export function taskEntries(host?: string) {
  return [...routingTaskLinks(host), ...otherTaskLinks(host)].map(({ label, href }) => ({
    kind: "link" as const,
    label,
    href,
  }));
}
