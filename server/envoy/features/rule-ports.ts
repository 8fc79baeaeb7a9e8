import type { GuardedOperation, GuardingRule } from "#core/resolve/guarding-policy.ts";

/**
 * Rules are built for one port, and what is about others is left out: a rule that cannot hold here leaves no trace, so that
 * editing it ends no connection of this port.
 */
export function bearsOnPort({ to, when = [] }: GuardingRule, port: number): boolean {
  const operations = to ?? [];
  return (
    (operations.length === 0 || operations.some(({ operation }) => allowsPort(operation ?? {}, port))) &&
    when.every(({ key, values, notValues }) => key !== "destination.port" || holdsFor(port, values, notValues))
  );
}

export function allowsPort({ ports, notPorts }: GuardedOperation, port: number): boolean {
  return holdsFor(port, ports, notPorts);
}

function holdsFor(port: number, wanted: readonly string[] = [], unwanted: readonly string[] = []): boolean {
  const isIn = (list: readonly string[]) => list.some((value) => Number(value) === port);
  return (wanted.length === 0 || isIn(wanted)) && !isIn(unwanted);
}
