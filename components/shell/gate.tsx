import type { ReactNode } from "react";
import { LogoMark } from "#components/shell/logo.tsx";

/** The frame of the pages before the console: sign-in and setup. */
export function Gate({
  title,
  children,
  footer,
}: {
  readonly title: string;
  readonly children: ReactNode;
  readonly footer?: ReactNode;
}) {
  return (
    <main className="flex min-h-dvh flex-col items-center justify-center px-4 py-12">
      <div className="w-full max-w-sm">
        <div className="mb-6 flex flex-col items-center gap-3 text-center">
          <LogoMark className="size-10" />
          <h1 className="font-semibold text-xl tracking-[-0.01em]">{title}</h1>
        </div>
        <div className="rounded-lg border border-line bg-surface p-6">{children}</div>
        {footer === undefined ? null : <div className="mt-4 text-center text-muted text-sm">{footer}</div>}
      </div>
    </main>
  );
}
