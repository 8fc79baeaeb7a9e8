"use client";
import { useEffect, useState } from "react";
import { LEAVE_FREELY } from "#components/ui/leave-freely.ts";

export interface LeaveGuard {
  /** Where a link wanted to go; null when nothing waits for an answer. */
  readonly pendingHref: string | null;
  stay(): void;
}

/** Holds links and the closing of the tab back while there are unsaved changes. */
export function useLeaveGuard(isActive: boolean): LeaveGuard {
  const [pendingHref, setPendingHref] = useState<string | null>(null);
  useEffect(() => {
    if (!isActive) return;
    let isFree = false;
    const onUnload = (event: BeforeUnloadEvent) => {
      if (!isFree) event.preventDefault();
    };
    const onFree = () => {
      isFree = true;
    };
    const onClick = (event: MouseEvent) => {
      if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey) return;
      const link = event.target instanceof Element ? event.target.closest<HTMLAnchorElement>("a[href]") : null;
      if (link === null || link.target === "_blank" || link.origin !== window.location.origin) return;
      if (link.pathname === window.location.pathname) return;
      event.preventDefault();
      event.stopPropagation();
      setPendingHref(link.pathname + link.search + link.hash);
    };
    window.addEventListener("beforeunload", onUnload);
    window.addEventListener(LEAVE_FREELY, onFree);
    document.addEventListener("click", onClick, { capture: true });
    return () => {
      window.removeEventListener("beforeunload", onUnload);
      window.removeEventListener(LEAVE_FREELY, onFree);
      document.removeEventListener("click", onClick, { capture: true });
    };
  }, [isActive]);
  return { pendingHref, stay: () => setPendingHref(null) };
}
