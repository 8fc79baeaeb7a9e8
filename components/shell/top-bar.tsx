"use client";
import { usePathname } from "next/navigation";
import { AlertBell } from "#components/shell/alert-bell.tsx";
import { CommandMenu } from "#components/shell/command-menu.tsx";
import { findNavItem } from "#components/shell/nav-items.ts";
import { RangeSelect } from "#components/shell/range-select.tsx";
import { SyncIndicator } from "#components/shell/sync-indicator.tsx";
import type { Theme } from "#components/shell/theme.ts";
import { ThemeToggle } from "#components/shell/theme-toggle.tsx";
import { UserMenu } from "#components/shell/user-menu.tsx";
import type { PrincipalView } from "#core/view/session.ts";

/** Above every page: search, time range, state of the roll-out, theme, who is signed in. */
export function TopBar({
  principal,
  isDemoSignIn,
  theme,
}: {
  readonly principal: PrincipalView;
  readonly isDemoSignIn: boolean;
  readonly theme: Theme;
}) {
  const hasRange = findNavItem(usePathname())?.hasRange === true;
  return (
    <header className="sticky top-0 z-30 flex h-13 shrink-0 items-center gap-2 border-line border-b bg-surface/90 px-6 backdrop-blur-sm max-lg:px-4">
      <CommandMenu />
      <div className="ml-auto flex min-w-0 items-center gap-2 max-sm:gap-1">
        <AlertBell />
        <SyncIndicator />
        {hasRange ? <RangeSelect /> : null}
        <ThemeToggle initial={theme} />
        <UserMenu principal={principal} isDemoSignIn={isDemoSignIn} />
      </div>
    </header>
  );
}
