"use client";
import { useRouter } from "next/navigation";
import type { LeaveGuard } from "#components/editor/use-leave-guard.ts";
import { Button } from "#components/ui/button.tsx";
import { Dialog } from "#components/ui/dialog.tsx";

/** Asks before unsaved changes are left; they are kept in this tab either way unless they are thrown away. */
export function LeaveDialog({ guard, onDiscard }: { readonly guard: LeaveGuard; readonly onDiscard: () => void }) {
  const router = useRouter();
  const leave = () => {
    const href = guard.pendingHref;
    guard.stay();
    if (href !== null) router.push(href);
  };
  return (
    <Dialog
      isOpen={guard.pendingHref !== null}
      onOpenChange={(isOpen) => !isOpen && guard.stay()}
      title="Leave without applying?"
      description="Your changes are not in the mesh yet. They stay in this tab and are here again when you come back."
      footer={
        <>
          <Button
            variant="ghost"
            onClick={() => {
              onDiscard();
              leave();
            }}
          >
            Discard and leave
          </Button>
          <Button onClick={leave}>Leave</Button>
          <Button variant="primary" onClick={guard.stay}>
            Stay
          </Button>
        </>
      }
    />
  );
}
