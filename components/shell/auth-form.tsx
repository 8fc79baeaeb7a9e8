"use client";
import { type FormEvent, type ReactNode, useState } from "react";
import { Button } from "#components/ui/button.tsx";
import { Notice } from "#components/ui/notice.tsx";

interface AuthFormProps {
  /** Resolves to what is wrong, null when one is signed in. */
  readonly onSubmit: () => Promise<string | null>;
  /** Where one goes on then. */
  readonly next: string;
  readonly submitLabel: string;
  /** The fields. */
  readonly children: ReactNode;
}

/** A form after which one is signed in, with what is wrong above it. */
export function AuthForm({ onSubmit, next, submitLabel, children }: AuthFormProps) {
  const [error, setError] = useState<string | null>(null);
  const [isBusy, setIsBusy] = useState(false);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setIsBusy(true);
    const problem = await onSubmit();
    if (problem === null) return window.location.assign(next);
    setError(problem);
    setIsBusy(false);
  };
  return (
    <form method="post" onSubmit={(event) => void submit(event)} className="flex flex-col gap-4">
      {error === null ? null : (
        <Notice tone="bad" role="alert">
          {error}
        </Notice>
      )}
      {children}
      <Button type="submit" variant="primary" isBusy={isBusy}>
        {submitLabel}
      </Button>
    </form>
  );
}
