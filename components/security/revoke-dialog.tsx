"use client";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { readApiError } from "#components/api/api-error.ts";
import { useTRPC } from "#components/api/trpc.ts";
import { Button } from "#components/ui/button.tsx";
import { Dialog } from "#components/ui/dialog.tsx";
import { Field } from "#components/ui/field.tsx";
import { Notice } from "#components/ui/notice.tsx";
import { Select } from "#components/ui/select.tsx";
import { TextInput } from "#components/ui/text-input.tsx";
import { useToast } from "#components/ui/toast.tsx";
import { parseSpiffeId } from "#core/identity/spiffe-id.ts";
import type { IdentityView, RevocationKind } from "#core/view/session.ts";

interface Choice {
  readonly value: RevocationKind;
  readonly label: string;
  readonly subject: string;
}

/** What of a certificate's standing can be ended, the narrowest first. */
function choicesOf({ spiffeId, serial, grantId }: IdentityView): readonly Choice[] {
  const namespace = parseSpiffeId(spiffeId)?.namespace;
  return [
    { value: "certificate", label: "this certificate", subject: serial },
    ...(grantId === null
      ? []
      : [{ value: "token" as const, label: "all this host got with its join token", subject: grantId }]),
    { value: "identity", label: "the whole identity, on every host", subject: spiffeId },
    ...(namespace === undefined
      ? []
      : [{ value: "namespace" as const, label: `every identity of namespace ${namespace}`, subject: namespace }]),
  ];
}

/** Asks what of an identity is to end, and why. */
export function RevokeDialog({ of, onClose }: { readonly of: IdentityView; readonly onClose: () => void }) {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const toast = useToast();
  const choices = choicesOf(of);
  const [kind, setKind] = useState<RevocationKind>("identity");
  const [reason, setReason] = useState("");
  const revoke = useMutation(
    trpc.identity.revoke.mutationOptions({
      onSuccess: ({ certificates }) => {
        toast({ kind: "ok", title: "Revoked", description: `${certificates} certificates are refused from now on` });
        void queryClient.invalidateQueries(trpc.identity.list.queryFilter());
        void queryClient.invalidateQueries(trpc.identity.revocations.queryFilter());
        onClose();
      },
    }),
  );
  const chosen = choices.find(({ value }) => value === kind);
  return (
    <Dialog
      isOpen
      onOpenChange={(next) => !next && onClose()}
      size="md"
      title="Revoke"
      description="It is not renewed, its connections to the control plane end, and every proxy refuses it. It can be lifted."
      footer={
        <>
          <Button variant="ghost" onClick={onClose}>
            Cancel
          </Button>
          <Button
            variant="danger"
            isBusy={revoke.isPending}
            disabled={reason.trim() === "" || chosen === undefined}
            onClick={() => chosen !== undefined && revoke.mutate({ kind, subject: chosen.subject, reason })}
          >
            Revoke
          </Button>
        </>
      }
    >
      {revoke.error === null ? null : (
        <Notice tone="bad" role="alert" className="mb-3" title="It was not revoked">
          {readApiError(revoke.error).message}
        </Notice>
      )}
      <div className="flex flex-col gap-4">
        <Field label="What" hint={<span className="break-all font-mono">{chosen?.subject}</span>}>
          <Select value={kind} onValueChange={setKind} options={choices} />
        </Field>
        <Field label="Reason" hint="kept in the audit trail, and told to whoever is refused">
          <TextInput value={reason} onValueChange={setReason} placeholder="its host was stolen" />
        </Field>
      </div>
    </Dialog>
  );
}
