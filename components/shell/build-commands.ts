import { NAV_ITEMS } from "#components/shell/nav-items.ts";
import type { Catalog, ResourceSummary } from "#core/view/config.ts";

export interface CommandEntry {
  readonly group: "Go to" | "Services" | "Configuration" | "Do";
  readonly label: string;
  readonly detail: string;
  readonly href: string;
}

const ACTIONS: readonly CommandEntry[] = [
  { group: "Do", label: "Shift traffic", detail: "New routing rule", href: "/traffic/new" },
  { group: "Do", label: "Allow or deny callers", detail: "New authorization policy", href: "/security/new" },
];

/** Everything the command menu can reach. */
export function buildCommands(
  catalog: Catalog | undefined,
  resources: readonly ResourceSummary[] | undefined,
): CommandEntry[] {
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
  ];
}

const SECURITY_KINDS = new Set(["AuthorizationPolicy", "PeerAuthentication"]);

/** The page on which a resource is read and edited. */
export function resourceHref(ref: string): string {
  const [kind = "", namespace = "", name = ""] = ref.split("/");
  return `/${SECURITY_KINDS.has(kind) ? "security" : "traffic"}/${encodeURIComponent(kind)}/${encodeURIComponent(namespace)}/${encodeURIComponent(name)}`;
}

/** Entries in which every word of the query occurs, names that start with it first. */
export function filterCommands(entries: readonly CommandEntry[], query: string, limit: number): CommandEntry[] {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  const matching = entries.filter(({ label, detail, group }) => {
    const text = `${label} ${detail} ${group}`.toLowerCase();
    return words.every((word) => text.includes(word));
  });
  const first = words[0] ?? "";
  const startsWith = ({ label }: CommandEntry) => (label.toLowerCase().startsWith(first) ? 0 : 1);
  return matching.sort((a, b) => startsWith(a) - startsWith(b)).slice(0, limit);
}
