"use client";
import { useQuery } from "@tanstack/react-query";
import Link from "next/link";
import { useState } from "react";
import { readApiError } from "#components/api/api-error.ts";
import { useTRPC } from "#components/api/trpc.ts";
import { mergeTexts } from "#components/editor/merge-texts.ts";
import { TextDiff } from "#components/editor/text-diff.tsx";
import type { Draft } from "#components/editor/use-draft.ts";
import { Button } from "#components/ui/button.tsx";
import { Notice } from "#components/ui/notice.tsx";
import { Ago } from "#components/ui/time-text.tsx";

export interface ConflictNoticeProps {
  readonly draft: Draft;
  /** The server's own words: who changed it, when. */
  readonly message: string;
  /** Told what both had changed, for the author to look at. */
  readonly onResolved: (overlaps: readonly string[]) => void;
}

/** Someone else was faster: shows what they did and puts one's own changes on top. Neither text is lost. */
export function ConflictNotice({ draft, message, onResolved }: ConflictNoticeProps) {
  const trpc = useTRPC();
  const ref = draft.base.ref ?? "";
  const theirs = useQuery(trpc.config.get.queryOptions({ ref }, { enabled: ref !== "", retry: false, staleTime: 0 }));
  const [isShown, setIsShown] = useState(false);
  const isDeleted = theirs.error !== null && readApiError(theirs.error).reason === "not-found";
  const merged = theirs.data === undefined ? null : mergeTexts(draft.base.text, draft.text, theirs.data.text);

  const takeUp = () => {
    if (theirs.data === undefined || merged?.kind !== "rebased") return;
    draft.rebase({ ref, text: theirs.data.text, resourceVersion: theirs.data.resourceVersion }, merged.text);
    onResolved(merged.overlaps);
  };
  return (
    <Notice
      tone="warn"
      role="alert"
      className="mb-4"
      title={isDeleted ? "Someone deleted this while you were editing" : "Someone changed this while you were editing"}
      actions={
        isDeleted ? (
          <Button
            size="sm"
            variant="primary"
            onClick={() => {
              draft.rebase({ ref: null, text: "", resourceVersion: null }, draft.text);
              onResolved([]);
            }}
          >
            Make it again from my text
          </Button>
        ) : (
          <>
            <Button size="sm" onClick={() => setIsShown(!isShown)} aria-expanded={isShown}>
              {isShown ? "Hide their change" : "Show their change"}
            </Button>
            <Button size="sm" variant="primary" disabled={merged?.kind !== "rebased"} onClick={takeUp}>
              Put my changes on top
            </Button>
          </>
        )
      }
    >
      <p className="break-words">
        {theirs.data === undefined ? (
          message
        ) : (
          <>
            {theirs.data.author}, <Ago at={theirs.data.updatedAt} />, in{" "}
            <Link
              className="text-accent-text underline"
              href={`/changes/${theirs.data.resourceVersion}`}
              target="_blank"
            >
              revision {theirs.data.resourceVersion}
            </Link>
          </>
        )}
        . Nothing of yours is lost.
      </p>
      {merged?.kind === "impossible" ? <p>They cannot be put together: {merged.reason}.</p> : null}
      {isShown && theirs.data !== undefined ? (
        <div className="mt-2">
          <TextDiff label={`Their change of ${ref}`} before={draft.base.text} after={theirs.data.text} />
        </div>
      ) : null}
    </Notice>
  );
}
