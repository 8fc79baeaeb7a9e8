import type { ServiceColors } from "#components/traces/assign-colors.ts";

/** A service's colour beside its name. */
export function ServiceDot({ service, colors }: { readonly service: string; readonly colors: ServiceColors }) {
  return (
    <span
      aria-hidden
      className="size-2 shrink-0 rounded-full"
      style={{ background: `var(--${colors.get(service) ?? "idle"})` }}
    />
  );
}
