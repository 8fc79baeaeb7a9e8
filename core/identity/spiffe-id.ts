import type { Brand } from "#core/brand.ts";

/** `spiffe://TRUST-DOMAIN/ns/NAMESPACE/sa/ACCOUNT` */
export type SpiffeId = Brand<string, "SpiffeId">;

export interface Identity {
  readonly trustDomain: string;
  readonly namespace: string;
  readonly serviceAccount: string;
}

const TRUST_DOMAIN = "[a-z0-9._-]{1,255}";
const NAMESPACE = "[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?";
const SERVICE_ACCOUNT = "[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?";
const PATTERN = new RegExp(`^spiffe://(${TRUST_DOMAIN})/ns/(${NAMESPACE})/sa/(${SERVICE_ACCOUNT})$`);

export const isTrustDomain = (text: string): boolean => new RegExp(`^${TRUST_DOMAIN}$`).test(text);
export const isNamespace = (text: string): boolean => new RegExp(`^${NAMESPACE}$`).test(text);
export const isServiceAccount = (text: string): boolean => new RegExp(`^${SERVICE_ACCOUNT}$`).test(text);

/** Undefined for anything but an id in Istio's form. */
export function parseSpiffeId(text: string): Identity | undefined {
  const match = PATTERN.exec(text);
  if (match === null) return undefined;
  const [, trustDomain = "", namespace = "", serviceAccount = ""] = match;
  return { trustDomain, namespace, serviceAccount };
}

export function formatSpiffeId({ trustDomain, namespace, serviceAccount }: Identity): SpiffeId {
  return `spiffe://${trustDomain}/ns/${namespace}/sa/${serviceAccount}` as SpiffeId;
}
