"use client";
import { createContext, type ReactNode, useContext } from "react";
import { readApiError } from "#components/api/api-error.ts";
import { formatSentence } from "#components/format/format-sentence.ts";
import { ErrorState } from "#components/ui/error-state.tsx";
import { Notice } from "#components/ui/notice.tsx";
import { SignInAgain } from "#components/ui/sign-in-again.tsx";

/** The part of a TanStack query result that is needed to draw its states. */
export interface QueryLike<T> {
  readonly data: T | undefined;
  readonly error: unknown;
  readonly isFetching: boolean;
  readonly refetch: () => unknown;
}

export interface QueryViewProps<T> {
  readonly query: QueryLike<T>;
  /** What is loaded, for the message when it fails: "the services". */
  readonly what: string;
  readonly skeleton: ReactNode;
  readonly children: (data: T) => ReactNode;
  /** The children tell themselves when what they show is no longer there. */
  readonly tellsGone?: boolean;
}

/** What is told around it of what is shown: it is told once, however many parts of a page it is true of. */
const ToldAround = createContext("");

/** Draws a query in whichever state it is: loading, failed, loaded, or loaded once and failing now. */
export function QueryView<T>({ query, what, skeleton, children, tellsGone = false }: QueryViewProps<T>) {
  const around = useContext(ToldAround);
  const told = tellsStale(query.error);
  if (query.data === undefined) {
    if (query.error === null || query.error === undefined) return skeleton;
    return (
      <ErrorState error={query.error} what={what} onRetry={() => void query.refetch()} isRetrying={query.isFetching} />
    );
  }
  // The children stand in one place whatever the query's state: in another they would begin anew and lose theirs.
  return (
    <ToldAround value={told === "" ? around : told}>
      {told === "" || told === around ? null : <Stale error={query.error} tellsGone={tellsGone} />}
      {children(query.data)}
    </ToldAround>
  );
}

function tellsStale(error: unknown): string {
  if (error === null || error === undefined) return "";
  const { reason, message } = readApiError(error);
  return `${reason} ${message}`;
}

function Stale({ error, tellsGone }: { readonly error: unknown; readonly tellsGone: boolean }) {
  const { message, reason } = readApiError(error);
  if (reason === "not-found")
    return tellsGone ? null : (
      <Notice tone="warn" className="mb-4" role="status" title="It is no longer there">
        What is shown is what it was.
      </Notice>
    );
  return (
    <>
      {reason === "unauthenticated" ? (
        <Notice tone="warn" className="mb-4" role="alert" title="Your session has ended" actions={<SignInAgain />}>
          What is shown is from before. Sign in again to go on where you were.
        </Notice>
      ) : (
        <Notice tone="warn" className="mb-4" role="status" title="What is shown is not fresh">
          {formatSentence(message)} Trying again.
        </Notice>
      )}
    </>
  );
}
