"use client";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { silenceText } from "#components/alerts/silence-text.ts";
import { readApiError } from "#components/api/api-error.ts";
import { useTRPC } from "#components/api/trpc.ts";
import { Button } from "#components/ui/button.tsx";
import { Checkbox } from "#components/ui/checkbox.tsx";
import { Dialog } from "#components/ui/dialog.tsx";
import { Field } from "#components/ui/field.tsx";
import { Notice } from "#components/ui/notice.tsx";
import { Select } from "#components/ui/select.tsx";
import { TextInput } from "#components/ui/text-input.tsx";
import { useToast } from "#components/ui/toast.tsx";
import type { AlertView } from "#core/view/alert.ts";

const LENGTHS = [
  { value: "3600", label: "1 hour" },
  { value: "14400", label: "4 hours" },
  { value: "86400", label: "1 day" },
  { value: "604800", label: "7 days" },
] as const;

/** Writes a Silence for an alert: by which of its labels, for how long, and why. */
export function SilenceDialog({ alert, onClose }: { readonly alert: AlertView; readonly onClose: () => void }) {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const toast = useToast();
  const [chosen, setChosen] = useState<readonly string[]>(Object.keys(alert.labels));
  const [length, setLength] = useState<(typeof LENGTHS)[number]["value"]>("14400");
  const [reason, setReason] = useState("");
  const apply = useMutation(
    trpc.config.applyChanges.mutationOptions({
      onSuccess: () => {
        toast({ kind: "ok", title: "Silenced", description: "nobody is told of it meanwhile" });
        void queryClient.invalidateQueries(trpc.alerts.pathFilter());
        void queryClient.invalidateQueries(trpc.config.pathFilter());
        onClose();
      },
    }),
  );
  const submit = () => {
    const labels = Object.fromEntries(Object.entries(alert.labels).filter(([name]) => chosen.includes(name)));
    const text = silenceText({
      labels,
      seconds: Number(length),
      reason,
      nowMs: Date.now(),
      namespace: namespaceOf(alert),
    });
    apply.mutate({ changes: [{ op: "upsert", text }], reason: `silence ${alert.name}: ${reason}` });
  };
  return (
    <Dialog
      isOpen
      onOpenChange={(next) => !next && onClose()}
      size="md"
      title={`Silence ${alert.name}`}
      description="Receivers are not told of alerts with these labels until it ends; they are shown as silenced"
      footer={
        <>
          <Button variant="ghost" onClick={onClose}>
            Cancel
          </Button>
          <Button
            variant="primary"
            isBusy={apply.isPending}
            disabled={reason.trim() === "" || chosen.length === 0}
            onClick={submit}
          >
            Silence
          </Button>
        </>
      }
    >
      {apply.error === null ? null : (
        <Notice tone="bad" role="alert" className="mb-3" title="It was not silenced">
          {readApiError(apply.error).message}
        </Notice>
      )}
      <div className="flex flex-col gap-4">
        <fieldset className="flex flex-col gap-1.5">
          <legend className="mb-1 font-medium text-sm">Alerts with</legend>
          {Object.entries(alert.labels).map(([name, value]) => (
            <Checkbox
              key={name}
              label={`${name} = ${value}`}
              isChecked={chosen.includes(name)}
              onChange={(isOn) => setChosen(isOn ? [...chosen, name] : chosen.filter((each) => each !== name))}
            />
          ))}
        </fieldset>
        <Field label="For">
          <Select value={length} onValueChange={setLength} options={LENGTHS} />
        </Field>
        <Field label="Reason" hint="kept with the Silence, and in its history">
          <TextInput value={reason} onValueChange={setReason} placeholder="known, is being worked on" />
        </Field>
      </div>
    </Dialog>
  );
}

/** Beside the rule that it is of. */
function namespaceOf({ ref }: AlertView): string {
  return ref?.split("/")[1] ?? "default";
}
