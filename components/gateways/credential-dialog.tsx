"use client";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { readApiError } from "#components/api/api-error.ts";
import { useTRPC } from "#components/api/trpc.ts";
import { refreshMesh } from "#components/editor/refresh-mesh.ts";
import { PemField } from "#components/gateways/pem-field.tsx";
import { Button } from "#components/ui/button.tsx";
import { Combobox } from "#components/ui/combobox.tsx";
import { Dialog } from "#components/ui/dialog.tsx";
import { FailureNotice } from "#components/ui/failure-notice.tsx";
import { Field } from "#components/ui/field.tsx";
import { TextInput } from "#components/ui/text-input.tsx";

export interface CredentialDialogProps {
  /** Empty: a new one. */
  readonly of: { readonly namespace: string; readonly name: string };
  readonly onClose: () => void;
}

const EMPTY = { certificate: "", key: "", roots: "", revocationList: "" };
type PemName = keyof typeof EMPTY;

const FIELDS: readonly { readonly name: PemName; readonly label: string; readonly hint: string }[] = [
  { name: "certificate", label: "Certificate", hint: "PEM; what leads to its authority behind it" },
  { name: "key", label: "Private key", hint: "PEM; it is sealed where it is stored, and never shown again" },
  { name: "roots", label: "Authorities of clients", hint: "PEM; for MUTUAL alone" },
  { name: "revocationList", label: "Revocation list", hint: "PEM; what these authorities have revoked" },
];

/** Stores a credential, or puts another in its place. */
export function CredentialDialog({ of, onClose }: CredentialDialogProps) {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const catalog = useQuery(trpc.services.names.queryOptions());
  const [ref, setRef] = useState({ ...of, namespace: of.namespace || "istio-system" });
  const [pem, setPem] = useState(EMPTY);
  const put = useMutation(
    trpc.credentials.put.mutationOptions({
      onSuccess: async () => {
        await refreshMesh(queryClient);
        onClose();
      },
    }),
  );
  const isNew = of.name === "";
  const given = Object.fromEntries(Object.entries(pem).filter(([, text]) => text.trim() !== ""));
  const told = put.error === null ? "" : readApiError(put.error).message;
  const at = FIELDS.find(({ name }) => told.startsWith(`${name}:`))?.name;
  return (
    <Dialog
      isOpen
      size="md"
      onOpenChange={(isOpen) => !isOpen && onClose()}
      title={isNew ? "New credential" : `Renew ${of.namespace}/${of.name}`}
      description={
        isNew
          ? "Gateways of its namespace are given it where their servers name it."
          : "Proxies that name it are sent what is here; their connections go on."
      }
      footer={
        <>
          <Button variant="ghost" onClick={onClose}>
            Cancel
          </Button>
          <Button
            variant="primary"
            isBusy={put.isPending}
            disabled={ref.name === "" || Object.keys(given).length === 0}
            onClick={() => put.mutate({ ...ref, ...given })}
          >
            {isNew ? "Store it" : "Renew it"}
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-4">
        <FailureNotice error={put.error} />
        {isNew ? (
          <div className="grid grid-cols-2 gap-4 max-sm:grid-cols-1">
            <Field label="Namespace" hint="that of the gateway's workload">
              <Combobox
                isFree
                value={ref.namespace}
                onValueChange={(namespace) => setRef({ ...ref, namespace })}
                options={catalog.data?.namespaces ?? []}
              />
            </Field>
            <Field label="Name" hint="what credentialName says">
              <TextInput isCode value={ref.name} onValueChange={(name) => setRef({ ...ref, name })} />
            </Field>
          </div>
        ) : null}
        {FIELDS.map(({ name, label, hint }) => (
          <PemField
            key={name}
            label={label}
            hint={hint}
            isBad={at === name}
            value={pem[name]}
            onValueChange={(text) => setPem((before) => ({ ...before, [name]: text }))}
          />
        ))}
      </div>
    </Dialog>
  );
}
