import { type Diagnostic, errorAt } from "#core/diagnostic.ts";
import type { WorkloadEntrySpec } from "#core/kinds/workload-entry/schema.ts";
import { isSocketPath } from "#core/schema/ip-address.ts";
import type { Path } from "#core/schema/path.ts";

export function validateWorkloadEntry(spec: WorkloadEntrySpec, path: Path, needsAddress: boolean): Diagnostic[] {
  const issues: Diagnostic[] = [];
  const { address, network = "" } = spec;
  if (address === undefined && needsAddress) {
    const hint =
      network === "" ? undefined : "there are no gateways between networks: give an address that callers reach";
    issues.push(errorAt(path, "missing-field", "address is missing", hint));
  }
  if (address !== undefined && isSocketPath(address) && spec.ports !== undefined) {
    issues.push(errorAt([...path, "ports"], "conflicting-fields", "a Unix socket has no ports"));
  }
  return issues;
}
