import { GitCommitHorizontal } from "lucide-react";
import Link from "next/link";
import { beforeHref } from "#components/changes/before-href.ts";
import type { ChangeMark } from "#core/traffic/revision-effect.ts";

const SHOWN = 3;

/** What a chart's marks stand for, for those who read and those who use the keyboard. */
export function MarkLinks({ marks }: { readonly marks: readonly ChangeMark[] }) {
  const [newest] = marks;
  if (newest === undefined) return null;
  return (
    <span className="ml-auto inline-flex min-w-0 items-center gap-1.5 text-subtle" data-testid="marks">
      <GitCommitHorizontal aria-hidden className="size-3 shrink-0 text-accent-text" />
      {marks.length > SHOWN ? (
        <Link href={beforeHref({ atMs: newest.atMs })} className={LINK}>
          {marks.length} changes
        </Link>
      ) : (
        marks.map(({ revision, reason }) => (
          <Link key={revision} href={`/changes/${revision}`} title={reason} className={LINK}>
            <span className="sr-only">revision </span>
            {revision}
          </Link>
        ))
      )}
    </span>
  );
}

const LINK =
  "tabular inline-flex min-h-6 min-w-6 items-center justify-center rounded-sm text-accent-text hover:underline";
