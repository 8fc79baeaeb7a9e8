"use client";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Undo2 } from "lucide-react";
import { type ReactNode, useEffect, useRef, useState } from "react";
import { useTRPC } from "#components/api/trpc.ts";
import { refreshMesh } from "#components/editor/refresh-mesh.ts";
import { RolloutPanel } from "#components/editor/rollout-panel.tsx";
import { useMay } from "#components/editor/use-may.ts";
import { Button, ButtonLink } from "#components/ui/button.tsx";
import { FailureNotice } from "#components/ui/failure-notice.tsx";

export interface WatchStepProps {
  readonly revision: number;
  /** What was done: "Applied". */
  readonly verb: string;
  /** Where to go from here. */
  readonly actions?: ReactNode;
}

/** After the write: the roll-out as it happens, and the way back. An undo is watched in the same place. */
export function WatchStep({ revision, verb, actions }: WatchStepProps) {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const may = useMay("config.undo");
  const [undoneAs, setUndoneAs] = useState<number | null>(null);
  const heading = useRef<HTMLHeadingElement>(null);
  // The heading changes with the undo, so that a screen reader hears it.
  // biome-ignore lint/correctness/useExhaustiveDependencies: see above
  useEffect(() => heading.current?.focus(), [undoneAs]);
  const undo = useMutation(
    trpc.config.undo.mutationOptions({
      onSuccess: (result) => {
        if (result.revision !== null) setUndoneAs(result.revision);
        void refreshMesh(queryClient);
      },
    }),
  );
  const shown = undoneAs ?? revision;
  return (
    <section aria-labelledby="watch-title">
      <div className="mb-4 flex flex-wrap items-center gap-2">
        <h2
          ref={heading}
          id="watch-title"
          tabIndex={-1}
          className="mr-auto font-semibold text-base text-ink outline-none"
        >
          {undoneAs === null
            ? `${verb} as revision ${revision}`
            : `Revision ${revision} is undone, as revision ${undoneAs}`}
        </h2>
        {undoneAs === null ? (
          <Button
            isBusy={undo.isPending}
            disabled={!may.isAllowed}
            title={may.reason}
            onClick={() => undo.mutate({ revision, reason: `undo of revision ${revision}` })}
          >
            {undo.isPending ? null : <Undo2 aria-hidden />} Undo
          </Button>
        ) : null}
        <ButtonLink href={`/changes/${shown}`}>Revision {shown}</ButtonLink>
        <ButtonLink href="/topology?range=1m">See the traffic</ButtonLink>
        {actions}
      </div>
      <FailureNotice error={undo.error} className="mb-4" title="It could not be undone" />
      <RolloutPanel key={shown} revision={shown} />
    </section>
  );
}
