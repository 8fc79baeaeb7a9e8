"use client";
import { LogOut } from "lucide-react";
import { buttonClass } from "#components/ui/button.tsx";
import { cx } from "#components/ui/cx.ts";
import { Menu, type MenuEntry } from "#components/ui/menu.tsx";
import { useToast } from "#components/ui/toast.tsx";
import type { PrincipalView } from "#core/view/session.ts";

/** Who is signed in, as what, and the way out. */
export function UserMenu({
  principal,
  isDemoSignIn,
}: {
  readonly principal: PrincipalView;
  readonly isDemoSignIn: boolean;
}) {
  const toast = useToast();
  const signOut = async () => {
    const response = await fetch("/api/auth/sign-out", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: "{}",
    }).catch(() => null);
    if (response?.ok === true) window.location.assign("/sign-in");
    else toast({ kind: "bad", title: "Could not sign out", description: "The server did not answer. Try again." });
  };
  const entries: MenuEntry[] = [
    { kind: "text", label: `${principal.name} · ${principal.role}` },
    { kind: "line" },
    isDemoSignIn
      ? { kind: "text", label: "Signed in by the demo" }
      : { kind: "action", label: "Sign out", icon: <LogOut aria-hidden />, onSelect: () => void signOut() },
  ];
  return (
    <Menu
      trigger={
        <button
          type="button"
          aria-label={`Account of ${principal.name}`}
          className={cx(buttonClass("ghost", "icon"), "-mr-1")}
        >
          <span
            aria-hidden
            className="flex size-6 items-center justify-center rounded-full bg-accent-soft font-semibold text-2xs text-accent-text uppercase"
          >
            {principal.name.slice(0, 2)}
          </span>
        </button>
      }
      entries={entries}
    />
  );
}
