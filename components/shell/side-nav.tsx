"use client";
import Link from "next/link";
import { usePathname } from "next/navigation";
import { LogoMark } from "#components/shell/logo.tsx";
import { findNavItem, NAV_SECTIONS, type NavItem, SETTINGS_ITEM } from "#components/shell/nav-items.ts";
import { withRange } from "#components/shell/range.ts";
import { useRange } from "#components/shell/use-range.ts";
import { cx } from "#components/ui/cx.ts";

/** The way around; on narrow screens icons only. */
export function SideNav({ version }: { readonly version: string }) {
  const current = findNavItem(usePathname());
  return (
    <nav
      aria-label="Main"
      className="sticky top-0 flex h-dvh w-54 shrink-0 flex-col gap-5 overflow-y-auto border-line border-r bg-surface px-3 pt-3.5 pb-3 max-lg:w-15 max-lg:px-2.5"
    >
      <Link
        href="/overview"
        className="flex h-8 items-center gap-2 rounded-md px-1.5 font-semibold text-base text-ink tracking-[-0.01em]"
      >
        <LogoMark className="size-6 shrink-0" />
        <span className="max-lg:sr-only">Pharos</span>
      </Link>
      {NAV_SECTIONS.map(({ label, items }) => (
        <div key={label}>
          <h2 className="mb-1 px-2 font-medium text-2xs text-subtle max-lg:sr-only">{label}</h2>
          <ul className="flex flex-col gap-0.5">
            {items.map((item) => (
              <NavLink key={item.href} item={item} isCurrent={item === current} />
            ))}
          </ul>
        </div>
      ))}
      <ul className="mt-auto flex flex-col gap-0.5">
        <NavLink item={SETTINGS_ITEM} isCurrent={SETTINGS_ITEM === current} />
        <li className="px-2 pt-1.5 text-2xs text-subtle max-lg:hidden">Version {version}</li>
      </ul>
    </nav>
  );
}

function NavLink({ item, isCurrent }: { readonly item: NavItem; readonly isCurrent: boolean }) {
  const range = useRange();
  const Icon = item.icon;
  return (
    <li>
      <Link
        href={item.hasRange === true ? withRange(item.href, range) : item.href}
        aria-current={isCurrent ? "page" : undefined}
        title={item.label}
        className={cx(
          "flex h-8 items-center gap-2.5 rounded-md px-2 text-sm transition-colors max-lg:justify-center",
          isCurrent ? "bg-active font-medium text-ink" : "text-muted hover:bg-hover hover:text-ink",
        )}
      >
        <Icon aria-hidden className={cx("size-4 shrink-0", isCurrent ? "text-accent" : "text-subtle")} />
        <span className="max-lg:sr-only">{item.label}</span>
      </Link>
    </li>
  );
}
