export interface UnhandledKind {
  readonly group: string;
  readonly plural: string;
  readonly versions: readonly string[];
  /** Follows "… is not handled: " and says what to do instead. */
  readonly reason: string;
}

const ELSEWHERE = "do it in the application, or in a service that a VirtualService puts before it";

/** Kinds of Istio that are known and not read. Their fields are in `unhandled-fields.ts`. */
export const UNHANDLED_KINDS = {
  WasmPlugin: {
    group: "extensions.istio.io",
    plural: "wasmplugins",
    versions: ["v1alpha1"],
    reason: `proxies load no modules; ${ELSEWHERE}`,
  },
  TrafficExtension: {
    group: "extensions.istio.io",
    plural: "trafficextensions",
    versions: ["v1alpha1"],
    reason: `proxies load no modules and run no scripts; ${ELSEWHERE}`,
  },
} as const satisfies Readonly<Record<string, UnhandledKind>>;

/** Undefined where the text names no such kind. */
export function unhandledKind(text: string): UnhandledKind | undefined {
  return Object.entries<UnhandledKind>(UNHANDLED_KINDS).find(([name]) => name === text)?.[1];
}
