import { readApiError } from "#components/api/api-error.ts";
import { Notice } from "#components/ui/notice.tsx";

export interface FailureNoticeProps {
  /** Null and undefined: nothing failed. */
  readonly error: unknown;
  /** What did not come of it; absent: the API's own words stand there. */
  readonly title?: string;
  readonly className?: string;
}

/** Tells what failed in the API's own words, and what to do. */
export function FailureNotice({ error, title, className = "" }: FailureNoticeProps) {
  if (error === null || error === undefined) return null;
  const { message, hint } = readApiError(error);
  return (
    <Notice tone="bad" role="alert" className={className} title={title ?? message}>
      {title === undefined ? hint : hint === null ? message : `${message}. ${hint}`}
    </Notice>
  );
}
