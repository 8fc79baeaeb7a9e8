"use client";
import { useQueries, useQuery } from "@tanstack/react-query";
import { useTRPC } from "#components/api/trpc.ts";
import { describeTarget, formatLabels } from "#components/security/target-options.ts";
import type { Catalog } from "#core/form/catalog.ts";
import { openDocument } from "#core/form/open-document.ts";
import { type PolicyForm, readPolicyForm } from "#core/form/policy-form.ts";
import type { PolicyTarget } from "#core/form/warn-policy.ts";

const ROOT_NAMESPACE = "istio-system";
const RANGE_SECONDS = 300;
/** Beyond it the warning about a first ALLOW is left out rather than asked for policy by policy. */
const POLICIES_MAX = 50;

/** What the mesh says of the workloads that a policy is put on: their mTLS, and who else allows. */
export function usePolicyTarget(form: PolicyForm, ownRef: string | null, catalog: Catalog): PolicyTarget {
  const trpc = useTRPC();
  const services = useQuery(trpc.services.list.queryOptions({ seconds: RANGE_SECONDS }));
  const policies = useQuery(trpc.config.list.queryOptions({ kinds: ["AuthorizationPolicy"] }));
  const near = (policies.data ?? []).filter(
    ({ ref, namespace }) => ref !== ownRef && (namespace === form.namespace || namespace === ROOT_NAMESPACE),
  );
  const otherAllows = useQueries({
    queries: near.slice(0, POLICIES_MAX).map(({ ref }) => trpc.config.get.queryOptions({ ref })),
    combine: (results) =>
      results.flatMap(({ data }) => {
        const document = data === undefined ? null : openDocument(data.text);
        if (data === undefined || document?.kind !== "open") return [];
        const other = readPolicyForm(document.value);
        const isOnTarget = Object.entries(other.selector).every(([name, value]) => form.selector[name] === value);
        return other.action === "ALLOW" && isOnTarget ? [data.ref] : [];
      }),
  });
  const labels = formatLabels(form.selector);
  const service = catalog.services.find(
    (each) => each.namespace === form.namespace && formatLabels(each.labels) === labels,
  );
  return {
    name: describeTarget(catalog, form.namespace, form.selector),
    mtls: services.data?.find(({ host }) => host === service?.host)?.mtls ?? "unknown",
    otherAllows: near.length > POLICIES_MAX ? ["several"] : otherAllows,
    isRootNamespace: form.namespace === ROOT_NAMESPACE,
  };
}
