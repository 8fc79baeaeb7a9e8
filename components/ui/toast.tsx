"use client";
import { Toast } from "@base-ui/react/toast";
import { CircleAlert, CircleCheck, Info, X } from "lucide-react";
import type { ReactNode } from "react";
import { cx } from "#components/ui/cx.ts";

type ToastKind = "info" | "ok" | "bad";

/** Says that something happened, at the corner, for a few seconds: `useToast()({ kind: "ok", title: "Saved as revision 12" })`. */
export function useToast(): (toast: {
  readonly kind?: ToastKind;
  readonly title: string;
  readonly description?: string;
}) => void {
  const manager = Toast.useToastManager();
  return ({ kind = "info", title, description }) =>
    void manager.add({
      title,
      type: kind,
      ...(description === undefined ? {} : { description }),
      ...(kind === "bad" ? { priority: "high" as const, timeout: 10_000 } : {}),
    });
}

export function ToastProvider({ children }: { readonly children: ReactNode }) {
  return (
    <Toast.Provider>
      {children}
      <Toast.Portal>
        <Toast.Viewport className="fixed right-4 bottom-4 z-60 flex w-88 max-w-[calc(100vw-2rem)] flex-col gap-2">
          <ToastList />
        </Toast.Viewport>
      </Toast.Portal>
    </Toast.Provider>
  );
}

function ToastList() {
  const { toasts } = Toast.useToastManager();
  return toasts.map((toast) => (
    <Toast.Root
      key={toast.id}
      toast={toast}
      className="rounded-lg bg-raised shadow-raised transition-[opacity,translate] duration-200 data-ending-style:translate-y-2 data-starting-style:translate-y-2 data-ending-style:opacity-0 data-starting-style:opacity-0"
    >
      <Toast.Content className="flex items-start gap-2.5 p-3">
        <ToastIcon type={toast.type} />
        <div className="min-w-0 flex-1">
          <Toast.Title className="font-medium text-ink text-sm" />
          <Toast.Description className="text-muted text-sm" />
        </div>
        <Toast.Close
          aria-label="Dismiss"
          className="flex size-6 items-center justify-center rounded-sm text-subtle hover:bg-hover hover:text-ink"
        >
          <X aria-hidden className="size-3.5" />
        </Toast.Close>
      </Toast.Content>
    </Toast.Root>
  ));
}

function ToastIcon({ type }: { readonly type: string | undefined }) {
  const Icon = type === "ok" ? CircleCheck : type === "bad" ? CircleAlert : Info;
  return (
    <Icon
      aria-hidden
      className={cx("mt-0.5 size-4 shrink-0", type === "ok" ? "text-ok" : type === "bad" ? "text-bad" : "text-accent")}
    />
  );
}
