"use client";
import { CircleAlert, RotateCw } from "lucide-react";
import { readApiError } from "#components/api/api-error.ts";
import { formatSentence } from "#components/format/format-sentence.ts";
import { Button } from "#components/ui/button.tsx";
import { cx } from "#components/ui/cx.ts";
import { SignInAgain } from "#components/ui/sign-in-again.tsx";

export interface ErrorStateProps {
  readonly error: unknown;
  /** What could not be shown: "the services". */
  readonly what?: string;
  readonly onRetry?: () => void;
  readonly isRetrying?: boolean;
  readonly className?: string;
}

/** Tells what failed in the API's own words, what to do, and offers to try again or to sign in. */
export function ErrorState({ error, what, onRetry, isRetrying = false, className }: ErrorStateProps) {
  const { message, hint, reason } = readApiError(error);
  const isSignedOut = reason === "unauthenticated";
  // What is not there does not come by trying again.
  const isMissing = reason === "not-found";
  return (
    <div role="alert" className={cx("flex flex-col items-center justify-center px-6 py-12 text-center", className)}>
      <div aria-hidden className="mb-3 flex size-10 items-center justify-center rounded-lg bg-bad-soft text-bad">
        <CircleAlert className="size-5" />
      </div>
      <p className="font-medium text-base text-ink">
        {isSignedOut
          ? "Your session has ended"
          : isMissing
            ? formatSentence(message).replace(/\.$/, "")
            : what === undefined
              ? "This did not work"
              : `Could not load ${what}`}
      </p>
      {isMissing ? null : (
        <p className="mt-1 max-w-lg break-words text-muted text-sm">
          {isSignedOut ? "Sign in again to go on where you were." : formatSentence(message)}
        </p>
      )}
      {hint === null || isSignedOut ? null : (
        <p className="mt-1 max-w-lg text-sm text-subtle">{formatSentence(hint)}</p>
      )}
      <div className="mt-4 flex gap-2">
        {isSignedOut ? (
          <SignInAgain />
        ) : onRetry === undefined || isMissing ? null : (
          <Button onClick={onRetry} isBusy={isRetrying}>
            {isRetrying ? null : <RotateCw aria-hidden />} Try again
          </Button>
        )}
      </div>
    </div>
  );
}
