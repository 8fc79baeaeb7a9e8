import { Info } from "lucide-react";

/** Says that nobody typed a password. */
export function DemoNotice() {
  return (
    <aside
      aria-label="Demo"
      data-testid="demo-notice"
      className="flex items-center justify-center gap-2 border-line border-b bg-accent-soft h-7 px-4 text-accent-text text-xs"
    >
      <Info aria-hidden className="size-3.5 shrink-0" />
      <span className="truncate">
        This is the demo: everyone on this machine is signed in as administrator. It listens on loopback only.
      </span>
    </aside>
  );
}
