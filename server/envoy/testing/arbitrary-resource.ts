import type { Json } from "#server/envoy/testing/arbitrary-basics.ts";

let counter = 0;
export const resource = (kind: string, group: string, namespace: string, name: string, spec: unknown): Json => ({
  apiVersion: `${group}/v1`,
  kind,
  metadata: { name, namespace },
  spec,
});
export const nextName = (prefix: string): string => `${prefix}${counter++ % 1000}`;
