import type { Origin } from "#core/xds/layer.ts";
import type { XdsType } from "#core/xds/type-urls.ts";

/** What connected proxies refuse now of one resource, in the same words. */
export interface StandingRefusal {
  readonly type: XdsType;
  /** The xDS resource; "" stands for a response that had none in it. */
  readonly resource: string;
  /** The proxy's words, cut and fit for a line. */
  readonly message: string;
  /** What the resource was made from. */
  readonly origins: readonly Origin[];
  /** It is held without what the origins name. */
  readonly isHeldWithout?: true;
  /** `namespace/workload` of who refuses it, each once. */
  readonly workloads: readonly string[];
}
