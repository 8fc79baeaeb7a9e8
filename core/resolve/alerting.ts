import { parseDurationMs } from "#core/duration.ts";
import type { WrittenMatcher } from "#core/kinds/alert-receiver/schema.ts";
import type { Snapshot } from "#core/registry/snapshot.ts";
import { ofKind } from "#core/resource/of-kind.ts";
import { formatRef, refOf } from "#core/resource/resource.ts";
import { asBytes, compileRegex } from "#core/schema/compile-regex.ts";

/** A condition that people wrote. */
export interface WrittenRule {
  readonly ref: string;
  readonly namespace: string;
  readonly name: string;
  readonly expr: string;
  readonly forMs: number;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

export type AlertLabels = Readonly<Record<string, string>>;

export interface Receiver {
  readonly ref: string;
  readonly kind: "webhook" | "alertmanager";
  readonly url: string;
  readonly sendsResolved: boolean;
  /** A webhook is told again after so long; undefined: never. */
  readonly repeatMs?: number | undefined;
  wants(labels: AlertLabels): boolean;
}

export interface ActiveSilence {
  readonly ref: string;
  readonly startsMs: number;
  readonly endsMs: number;
  readonly reason: string;
  hides(labels: AlertLabels): boolean;
}

export function readRules({ resources }: Pick<Snapshot, "resources">): readonly WrittenRule[] {
  return ofKind(resources, "AlertRule").map(({ kind, metadata, spec }) => ({
    ref: formatRef(refOf({ kind, metadata })),
    ...{ namespace: metadata.namespace, name: metadata.name, expr: spec.expr },
    forMs: parseDurationMs(spec.for ?? "0") ?? 0,
    ...{ labels: spec.labels ?? {}, annotations: spec.annotations ?? {} },
  }));
}

export function readReceivers({ resources }: Pick<Snapshot, "resources">): readonly Receiver[] {
  return ofKind(resources, "AlertReceiver").map(({ kind, metadata, spec }) => ({
    ref: formatRef(refOf({ kind, metadata })),
    kind: spec.webhook === undefined ? "alertmanager" : "webhook",
    url: spec.webhook?.url ?? spec.alertmanager?.url ?? "",
    sendsResolved: spec.sendResolved ?? true,
    repeatMs: spec.repeatInterval === undefined ? undefined : (parseDurationMs(spec.repeatInterval) ?? undefined),
    wants: matchAll(spec.matchers ?? []),
  }));
}

export function readSilences({ resources }: Pick<Snapshot, "resources">): readonly ActiveSilence[] {
  return ofKind(resources, "Silence").map(({ kind, metadata, spec }) => ({
    ref: formatRef(refOf({ kind, metadata })),
    startsMs: Date.parse(spec.startsAt ?? metadata.creationTimestamp ?? "1970-01-01T00:00:00Z"),
    endsMs: Date.parse(spec.endsAt),
    reason: spec.reason ?? "",
    hides: matchAll(spec.matchers),
  }));
}

/** A label that an alert has not is empty. */
export const labelOf = (labels: AlertLabels, name: string): string =>
  Object.hasOwn(labels, name) ? (labels[name] ?? "") : "";

function matchAll(matchers: readonly WrittenMatcher[]): (labels: AlertLabels) => boolean {
  const all = matchers.map(({ name, op = "=", value = "" }) => {
    if (op === "=") return (labels: AlertLabels) => labelOf(labels, name) === value;
    if (op === "!=") return (labels: AlertLabels) => labelOf(labels, name) !== value;
    const pattern = compileRegex(value);
    return (labels: AlertLabels) => pattern.matches(asBytes(labelOf(labels, name))) === (op === "=~");
  });
  return (labels) => all.every((each) => each(labels));
}
