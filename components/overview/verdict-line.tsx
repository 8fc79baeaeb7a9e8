import { judgeMesh } from "#components/overview/judge-mesh.ts";
import { cx } from "#components/ui/cx.ts";
import { HEALTH_LOOK } from "#components/ui/health-mark.tsx";
import type { OverviewView } from "#core/view/service.ts";

export function VerdictLine({ overview }: { readonly overview: OverviewView }) {
  const { status, text } = judgeMesh(overview);
  const { icon: Icon, mark } = HEALTH_LOOK[status];
  return (
    <span data-testid="verdict" className="inline-flex items-center gap-1.5">
      <Icon aria-hidden className={cx("size-4", mark)} />
      {text}
    </span>
  );
}
