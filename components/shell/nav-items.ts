import {
  Activity,
  Bell,
  DoorOpen,
  FlaskConical,
  Gauge,
  GitCommitHorizontal,
  KeyRound,
  LayoutDashboard,
  ListTree,
  type LucideIcon,
  Network,
  ScrollText,
  Server,
  Settings,
  ShieldCheck,
  Split,
  Target,
} from "lucide-react";

export interface NavItem {
  readonly href: string;
  readonly label: string;
  readonly icon: LucideIcon;
  /** The page shows figures over a time range. */
  readonly hasRange?: boolean;
}

export const NAV_SECTIONS: readonly { readonly label: string; readonly items: readonly NavItem[] }[] = [
  {
    label: "Observe",
    items: [
      { href: "/overview", label: "Overview", icon: LayoutDashboard, hasRange: true },
      { href: "/topology", label: "Topology", icon: Network, hasRange: true },
      { href: "/services", label: "Services", icon: Activity, hasRange: true },
      { href: "/traces", label: "Traces", icon: ListTree, hasRange: true },
      { href: "/requests", label: "Requests", icon: ScrollText, hasRange: true },
      { href: "/objectives", label: "Objectives", icon: Target },
      { href: "/alerts", label: "Alerts", icon: Bell },
    ],
  },
  {
    label: "Control",
    items: [
      { href: "/traffic", label: "Traffic", icon: Split },
      { href: "/gateways", label: "Gateways", icon: DoorOpen },
      { href: "/limits", label: "Limits", icon: Gauge, hasRange: true },
      { href: "/security", label: "Security", icon: ShieldCheck },
      { href: "/authentication", label: "Authentication", icon: KeyRound },
      { href: "/simulate", label: "Simulate", icon: FlaskConical },
    ],
  },
  {
    label: "Operate",
    items: [
      { href: "/proxies", label: "Proxies", icon: Server },
      { href: "/changes", label: "Changes", icon: GitCommitHorizontal },
    ],
  },
];

export const SETTINGS_ITEM: NavItem = { href: "/settings", label: "Settings", icon: Settings };

export const NAV_ITEMS: readonly NavItem[] = [...NAV_SECTIONS.flatMap(({ items }) => items), SETTINGS_ITEM];

/** The item a path belongs to. */
export function findNavItem(path: string): NavItem | undefined {
  return NAV_ITEMS.find(({ href }) => path === href || path.startsWith(`${href}/`));
}
