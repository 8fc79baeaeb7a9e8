"use client";
import { ErrorState } from "#components/ui/error-state.tsx";
import { Page } from "#components/ui/page.tsx";

/** A bug in a page, not a failed query: those are shown where they belong. */
export default function ConsoleError({ error, reset }: { readonly error: Error; readonly reset: () => void }) {
  return (
    <Page>
      <ErrorState error={error} what="this page" onRetry={reset} />
    </Page>
  );
}
