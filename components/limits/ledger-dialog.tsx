"use client";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { readApiError } from "#components/api/api-error.ts";
import { useTRPC } from "#components/api/trpc.ts";
import { formatRate } from "#components/format/format-rate.ts";
import { nameLimit, nameSubject } from "#components/limits/name-subject.ts";
import { Button } from "#components/ui/button.tsx";
import { Dialog } from "#components/ui/dialog.tsx";
import { Field } from "#components/ui/field.tsx";
import { Notice } from "#components/ui/notice.tsx";
import { NumberInput } from "#components/ui/number-input.tsx";
import { TextInput } from "#components/ui/text-input.tsx";
import { useToast } from "#components/ui/toast.tsx";
import type { ConsumerView } from "#core/view/limit.ts";

export interface LedgerDialogProps {
  readonly what: "top-up" | "reset";
  readonly consumer: ConsumerView;
  readonly onClose: () => void;
}

/** Adds to what a consumer has in this period, or begins it anew, with a reason. */
export function LedgerDialog({ what, consumer, onClose }: LedgerDialogProps) {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const toast = useToast();
  const { key, amount, used } = consumer;
  const isTopUp = what === "top-up";
  const [units, setUnits] = useState<number | null>(amount);
  const [reason, setReason] = useState("");
  const done = {
    onSuccess: ({ left }: ConsumerView) => {
      toast({
        kind: "ok",
        title: isTopUp ? "Topped up" : "Begun anew",
        description: `${nameSubject(consumer)} has ${formatRate(left)} left`,
      });
      void queryClient.invalidateQueries(trpc.limits.pathFilter());
      onClose();
    },
  };
  const topUp = useMutation(trpc.limits.topUp.mutationOptions(done));
  const reset = useMutation(trpc.limits.reset.mutationOptions(done));
  const error = topUp.error ?? reset.error;
  const canAdd = units !== null && units >= 1;
  return (
    <Dialog
      isOpen
      onOpenChange={(next) => !next && onClose()}
      size="md"
      title={isTopUp ? `Top up ${nameSubject(consumer)}?` : `Begin ${nameSubject(consumer)} anew?`}
      description={
        isTopUp
          ? `It has so much more of ${nameLimit(consumer)} in this period, and not in the next one.`
          : `The ${formatRate(used)} it used of ${nameLimit(consumer)} count no more: it has the whole amount again.`
      }
      footer={
        <>
          <Button variant="ghost" onClick={onClose}>
            Cancel
          </Button>
          <Button
            variant={isTopUp ? "primary" : "danger"}
            isBusy={topUp.isPending || reset.isPending}
            disabled={reason.trim() === "" || (isTopUp && !canAdd)}
            onClick={() => {
              if (!isTopUp) reset.mutate({ key, reason });
              else if (units !== null) topUp.mutate({ key, units, reason });
            }}
          >
            {isTopUp ? "Top up" : "Begin anew"}
          </Button>
        </>
      }
    >
      {error === null ? null : (
        <Notice tone="bad" role="alert" className="mb-3" title="Nothing was changed">
          {readApiError(error).message}
        </Notice>
      )}
      <div className="flex flex-col gap-4">
        {isTopUp ? (
          <Field label="Units" hint="whole ones">
            <NumberInput value={units} onValueChange={setUnits} min={1} />
          </Field>
        ) : null}
        <Field label="Reason" hint="kept in the ledger and the audit trail">
          <TextInput value={reason} onValueChange={setReason} placeholder="agreed with the customer" />
        </Field>
      </div>
    </Dialog>
  );
}
