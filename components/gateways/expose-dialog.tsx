"use client";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { useTRPC } from "#components/api/trpc.ts";
import { ProblemList } from "#components/editor/problem-list.tsx";
import { refreshMesh } from "#components/editor/refresh-mesh.ts";
import { useCheck } from "#components/editor/use-check.ts";
import { ExposeFields, type ExposeForm, exposureOf } from "#components/gateways/expose-fields.tsx";
import { Button } from "#components/ui/button.tsx";
import { CodeBlock } from "#components/ui/code-block.tsx";
import { Dialog } from "#components/ui/dialog.tsx";
import { FailureNotice } from "#components/ui/failure-notice.tsx";
import { hasErrors } from "#core/diagnostic.ts";
import { exposeService } from "#core/form/expose-service.ts";
import type { ConfigChange } from "#core/resource/config-change.ts";
import type { GatewayView } from "#core/view/gateway.ts";

export interface ExposeDialogProps {
  readonly gateways: readonly GatewayView[];
  readonly onClose: () => void;
}

/** A service under a name of its own at a gateway: what is applied is shown and checked before, its roll-out watched after. */
export function ExposeDialog({ gateways, onClose }: ExposeDialogProps) {
  const trpc = useTRPC();
  const router = useRouter();
  const queryClient = useQueryClient();
  const catalog = useQuery(trpc.services.names.queryOptions());
  const credentials = useQuery(trpc.credentials.list.queryOptions());
  const [form, setForm] = useState<ExposeForm>({ service: "", host: "", gateway: "", credential: "", redirects: true });
  const exposure = exposureOf(form, catalog.data?.services ?? []);
  const documents = exposure === undefined ? [] : exposeService(exposure);
  const changes = documents.map((text): ConfigChange => ({ op: "upsert", text }));
  const { result, isBehind } = useCheck(changes, changes.length > 0);
  const apply = useMutation(
    trpc.config.applyChanges.mutationOptions({
      onSuccess: async ({ revision }) => {
        await refreshMesh(queryClient);
        router.push(`/changes/${revision}`);
      },
    }),
  );
  const diagnostics = result?.diagnostics ?? [];
  return (
    <Dialog
      isOpen
      size="lg"
      onOpenChange={(isOpen) => !isOpen && onClose()}
      title="Expose a service"
      description="Reached from outside under a name of its own, at the workloads that run as gateways."
      footer={
        <>
          <Button variant="ghost" onClick={onClose}>
            Cancel
          </Button>
          <Button
            variant="primary"
            isBusy={apply.isPending}
            disabled={changes.length === 0 || isBehind || hasErrors(diagnostics)}
            onClick={() => apply.mutate({ changes, reason: `expose ${form.service} as ${form.host}` })}
          >
            Apply and watch
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-4">
        <FailureNotice error={apply.error} />
        <ExposeFields
          form={form}
          onFormChange={setForm}
          services={catalog.data?.services ?? []}
          credentials={credentials.data ?? []}
          gateways={gateways}
        />
        {documents.length === 0 ? null : (
          <>
            <ProblemList diagnostics={diagnostics} ownRef={null} isIncomplete={result === undefined} />
            <CodeBlock label="What is applied" className="max-h-72 overflow-auto" text={documents.join("---\n")} />
          </>
        )}
      </div>
    </Dialog>
  );
}
