import { ISTIO_VERSION } from "#core/kinds/envoy-filter/is-for-version.ts";

/** What proxies tell of themselves under Istio's names, as the mesh knows it of each. */
export const PROXY_METADATA = [
  "INTERCEPTION_MODE",
  "ISTIO_VERSION",
  "NAMESPACE",
  "SERVICE_ACCOUNT",
  "WORKLOAD_NAME",
] as const;
export type ProxyMetadata = Readonly<Record<(typeof PROXY_METADATA)[number], string>>;

export function tellsMetadata(name: string): name is keyof ProxyMetadata {
  return PROXY_METADATA.some((each) => each === name);
}

/** The same for every proxy is said here. */
export function proxyMetadata(own: Omit<ProxyMetadata, "ISTIO_VERSION">): ProxyMetadata {
  return { ...own, ISTIO_VERSION };
}

/** Whether a proxy tells each of them so, to the letter, as in Istio. */
export function hasMetadata(told: ProxyMetadata, wanted: Readonly<Record<string, string>> = {}): boolean {
  return Object.entries(wanted).every(([name, value]) => tellsMetadata(name) && told[name] === value);
}
