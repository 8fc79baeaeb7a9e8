import type { KindDefinition } from "#core/kinds/kind.ts";

/** Where the resources of an area are listed, as breadcrumbs name it. */
export const AREA_SECTION = {
  traffic: { label: "Traffic", href: "/traffic" },
  limits: { label: "Limits", href: "/limits" },
  alerts: { label: "Alerts", href: "/alerts" },
  security: { label: "Security", href: "/security" },
} as const satisfies Record<KindDefinition["area"], { readonly label: string; readonly href: string }>;
