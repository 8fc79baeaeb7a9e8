import type { Diagnostic } from "#core/diagnostic.ts";
import type { SnapshotChange } from "#core/registry/snapshot.ts";
import type { LayerChange, ProxyNode, ProxyView, XdsResource } from "#core/xds/layer.ts";
import type { XdsType } from "#core/xds/type-urls.ts";

/** What one resource would become. */
export interface ResourceChange {
  readonly layerId: string;
  readonly type: XdsType;
  readonly before: XdsResource | undefined;
  readonly after: XdsResource | undefined;
}

/** Configuration → layers of xDS resources, incrementally. */
export interface Compiler {
  /** Changes the layers and says how; also what is wrong with the configuration that is compiled best-effort. */
  apply(change: SnapshotChange): { readonly changes: readonly LayerChange[]; readonly diagnostics: readonly Diagnostic[] };
  /** What `apply` would do; leaves everything as it is. */
  preview(change: SnapshotChange): { readonly changes: readonly ResourceChange[]; readonly diagnostics: readonly Diagnostic[] };
  open(node: ProxyNode): ProxyView;
  close(node: ProxyNode): void;
}
