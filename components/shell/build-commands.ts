import { newHref } from "#components/format/new-href.ts";
import { resourceHref } from "#components/format/resource-href.ts";
import { otherTaskLinks, routingTaskLinks } from "#components/format/task-links.ts";
import { NAV_ITEMS } from "#components/shell/nav-items.ts";
import type { Theme } from "#components/shell/theme.ts";
import type { Catalog } from "#core/form/catalog.ts";
import { kindsIn } from "#core/kinds/kinds.ts";
import type { ResourceSummary, RevisionSummary } from "#core/view/config.ts";
import type { ProxyStatus } from "#core/view/mesh.ts";

export interface CommandEntry {
  readonly group: "Go to" | "Services" | "Configuration" | "Proxies" | "Revisions" | "Traces" | "Do";
  readonly label: string;
  readonly detail: string;
  readonly href: string;
  /** Shows the console in this theme, where it leads nowhere. */
  readonly theme?: Theme;
  /** Other words by which people look for it. */
  readonly words?: string;
  /** Shown to a query of several words only: there is one for each service. */
  readonly isLong?: true;
}

/** What there is to find. Lists that are not there yet leave out their entries. */
export interface CommandSources {
  readonly catalog?: Catalog | undefined;
  readonly resources?: readonly ResourceSummary[] | undefined;
  readonly proxies?: readonly Pick<ProxyStatus, "id" | "name" | "namespace" | "workload">[] | undefined;
  readonly revisions?: readonly Pick<RevisionSummary, "revision" | "reason">[] | undefined;
}

const ACTIONS: readonly CommandEntry[] = [
  {
    group: "Do",
    label: "Shift traffic",
    detail: "New routing rule",
    href: "/traffic/new",
    words: "route canary weight mirror timeout retry fault delay abort",
  },
  {
    group: "Do",
    label: "Allow or deny callers",
    detail: "New authorization policy",
    href: "/security/new",
    words: "block forbid permit access",
  },
  {
    group: "Do",
    label: "Require mTLS",
    detail: "New PeerAuthentication",
    href: "/security/new?kind=PeerAuthentication",
    words: "strict encrypt plaintext",
  },
  ...[...routingTaskLinks(), ...otherTaskLinks()].map(
    ({ label, detail, href }): CommandEntry => ({ group: "Do", label, detail, href }),
  ),
  {
    group: "Do",
    label: "Move to strict mTLS",
    detail: "With who would be refused",
    href: "/authentication/strict",
    words: "plaintext encrypt permissive",
  },
  {
    group: "Do",
    label: "Lock down egress",
    detail: "Only what the registry knows",
    href: "/traffic/egress",
    words: "outbound registry external internet",
  },
  {
    group: "Do",
    label: "Join a workload",
    detail: "Make a join token",
    href: "/security?tab=tokens",
    words: "add host agent new",
  },
  { group: "Do", label: "Make an API token", detail: "For automation", href: "/settings?tab=tokens", words: "new ci" },
  { group: "Do", label: "Undo a change", detail: "Roll back", href: "/changes", words: "revert roll back rollback" },
  { group: "Do", label: "Read the audit", detail: "Who did what", href: "/changes?tab=audit", words: "log history" },
  ...(["light", "dark", "system"] as const).map(
    (theme): CommandEntry => ({
      group: "Do",
      label: theme === "system" ? "Theme as the system" : `${theme === "dark" ? "Dark" : "Light"} theme`,
      detail: "Colours of the console",
      href: `#theme-${theme}`,
      theme,
      words: "appearance mode night day",
    }),
  ),
  ...[...kindsIn("traffic"), ...kindsIn("limits"), ...kindsIn("alerts")].map(
    (kind): CommandEntry => ({ group: "Do", label: `New ${kind}`, detail: "Configuration", href: newHref(kind) }),
  ),
];

/** Everything the command menu can reach. */
export function buildCommands({ catalog, resources, proxies, revisions }: CommandSources): CommandEntry[] {
  return [
    ...NAV_ITEMS.map(({ label, href }): CommandEntry => ({ group: "Go to", label, detail: "", href })),
    ...ACTIONS,
    ...(catalog?.services ?? []).map(
      ({ host, name, namespace }): CommandEntry => ({
        group: "Services",
        label: name,
        detail: namespace,
        href: `/services/${encodeURIComponent(host)}`,
      }),
    ),
    ...(resources ?? []).map(
      ({ ref, kind, namespace, name }): CommandEntry => ({
        group: "Configuration",
        label: name,
        detail: `${kind} · ${namespace}`,
        href: resourceHref(ref),
      }),
    ),
    ...(proxies ?? []).map(
      ({ id, name, namespace, workload }): CommandEntry => ({
        group: "Proxies",
        label: name,
        detail: `${workload} · ${namespace}`,
        href: `/proxies/${encodeURIComponent(id)}`,
        words: `proxy envoy ${id}`,
      }),
    ),
    ...(revisions ?? []).map(
      ({ revision, reason }): CommandEntry => ({
        group: "Revisions",
        label: `Revision ${revision}`,
        detail: reason,
        href: `/changes/${revision}`,
        words: "change undo",
      }),
    ),
    ...(catalog?.services ?? []).flatMap(({ host, name, namespace }): CommandEntry[] => {
      const encoded = encodeURIComponent(host);
      return [
        {
          group: "Do",
          label: `Shift traffic of ${name}`,
          detail: namespace,
          href: `/traffic/new?host=${encoded}`,
          isLong: true,
          words: "route canary timeout retry fault",
        },
        {
          group: "Do",
          label: `Allow or deny callers of ${name}`,
          detail: namespace,
          href: `/security/new?host=${encoded}`,
          isLong: true,
          words: "block",
        },
        {
          group: "Traces",
          label: `Traces of ${name}`,
          detail: namespace,
          href: `/traces?service=${encodeURIComponent(`${name}.${namespace}`)}`,
          isLong: true,
        },
      ];
    }),
  ];
}

/** Entries in which every word of the query occurs, names that start with it first. */
export function filterCommands(entries: readonly CommandEntry[], query: string, limit: number): CommandEntry[] {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  const matching = entries.filter(({ label, detail, group, words: others = "", isLong }) => {
    if (isLong === true && words.length < 2) return false;
    const text = `${label} ${detail} ${group} ${others}`.toLowerCase();
    return words.every((word) => text.includes(word));
  });
  const first = words[0] ?? "";
  const rank = ({ label }: CommandEntry) => {
    const at = label.toLowerCase().indexOf(first);
    return at === 0 ? 0 : at > 0 ? 1 : 2;
  };
  return [...namedDirectly(query), ...matching.sort((a, b) => rank(a) - rank(b))]
    .filter((entry, at, all) => all.findIndex(({ href, label }) => href === entry.href && label === entry.label) === at)
    .slice(0, limit);
}

/** What a query names by itself, known or not: a trace by its id, a revision by its number. */
function namedDirectly(query: string): CommandEntry[] {
  const text = query.trim().toLowerCase();
  const revision = /^(?:revision |rev |#)?([1-9][0-9]{0,8})$/.exec(text)?.[1];
  if (revision !== undefined)
    return [{ group: "Revisions", label: `Revision ${revision}`, detail: "", href: `/changes/${revision}` }];
  const trace = /^(?:trace )?([0-9a-f]{16}|[0-9a-f]{32})$/.exec(text)?.[1];
  return trace === undefined
    ? []
    : [{ group: "Traces", label: `Trace ${trace}`, detail: "", href: `/traces/${trace}` }];
}
