"use client";
import { useQuery } from "@tanstack/react-query";
import { useTRPC } from "#components/api/trpc.ts";
import { describeTarget } from "#components/security/target-options.ts";
import type { Catalog } from "#core/form/catalog.ts";
import type { PolicyForm } from "#core/form/policy-form.ts";
import type { PolicyTarget } from "#core/form/warn-policy.ts";

/** What the mesh says of the workloads that a policy is put on: their mTLS, and who else allows. Undefined until it is known, and where the policy is bound to targets. */
export function usePolicyTarget(form: PolicyForm, ownRef: string | null, catalog: Catalog): PolicyTarget | undefined {
  const trpc = useTRPC();
  const { namespace, selector: labels, targets } = form;
  const question = trpc.services.policed.queryOptions({ namespace, labels, except: ownRef });
  const { data } = useQuery({ ...question, enabled: targets === undefined });
  return data === undefined || targets !== undefined
    ? undefined
    : { name: describeTarget(catalog, namespace, labels), ...data };
}
