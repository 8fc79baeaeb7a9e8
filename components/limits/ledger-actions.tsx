"use client";
import { Plus, RotateCcw } from "lucide-react";
import { useState } from "react";
import { useMay } from "#components/editor/use-may.ts";
import { LedgerDialog } from "#components/limits/ledger-dialog.tsx";
import { Button } from "#components/ui/button.tsx";
import type { ConsumerView } from "#core/view/limit.ts";

/** What people may do to what a consumer has; each asks for a reason, which is audited. */
export function LedgerActions({ consumer }: { readonly consumer: ConsumerView }) {
  const may = useMay("limits.topUp");
  const [doing, setDoing] = useState<"top-up" | "reset" | null>(null);
  return (
    <>
      <Button disabled={!may.isAllowed} title={may.reason} onClick={() => setDoing("reset")}>
        <RotateCcw aria-hidden /> Begin anew
      </Button>
      <Button variant="primary" disabled={!may.isAllowed} title={may.reason} onClick={() => setDoing("top-up")}>
        <Plus aria-hidden /> Top up
      </Button>
      {doing === null ? null : <LedgerDialog what={doing} consumer={consumer} onClose={() => setDoing(null)} />}
    </>
  );
}
