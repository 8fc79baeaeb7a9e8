import * as fc from "fast-check";

/** Where workloads and callers are. */
export const PLACES = ["us/a/x", "us/a/y", "us/b", "eu/a", "eu", "ap/c/z", ""] as const;
export const anyPlace = fc.constantFrom(...PLACES);

const FROM = ["us/a/*", "us/*", "us/b", "eu", "eu/a", "*", "us/a/x"];
const distribute = fc.array(
  fc.tuple(
    fc.constantFrom(...FROM),
    fc.constantFrom<Record<string, number>>(
      { "us/a/*": 70, "us/b": 30 },
      { "us/*": 100 },
      { "us/a/x": 20, "us/a/y": 30, "eu/*": 50 },
      { eu: 100 },
      { "*": 100 },
      { "ap/c/z": 40, "us/b": 60 },
    ),
  ),
  { minLength: 1, maxLength: 2 },
);
const failover = fc.uniqueArray(fc.constantFrom(["us", "eu"], ["eu", "ap"], ["us", "ap"], ["ap", "us"]), {
  minLength: 1,
  maxLength: 2,
  selector: ([from]) => from ?? "",
});
const failoverPriority = fc.uniqueArray(
  fc.constantFrom(
    "version",
    "version=v2",
    "topology.kubernetes.io/region",
    "topology.kubernetes.io/zone",
    "topology.istio.io/subzone",
    "topology.istio.io/network",
    "topology.istio.io/network=n1",
    "app",
    "app=x",
  ),
  { minLength: 1, maxLength: 3 },
);

/** A localityLbSetting, as rules and the mesh have it. */
export const anyLocalitySetting: fc.Arbitrary<object> = fc
  .tuple(
    fc.constantFrom<object>({}, {}, {}, { enabled: true }, { enabled: false }),
    fc.oneof(
      { weight: 1, arbitrary: fc.constant({}) },
      {
        weight: 2,
        arbitrary: distribute.map((all) => ({ distribute: all.map(([from, to]) => ({ from, to })) })),
      },
      {
        weight: 2,
        arbitrary: failover.map((all) => ({ failover: all.map(([from, to]) => ({ from, to })) })),
      },
      { weight: 3, arbitrary: failoverPriority.map((all) => ({ failoverPriority: all })) },
      {
        weight: 1,
        arbitrary: fc.tuple(failover, failoverPriority).map(([over, priority]) => ({
          failover: over.map(([from, to]) => ({ from, to })),
          failoverPriority: priority,
        })),
      },
    ),
  )
  .map(([enabled, what]) => ({ ...enabled, ...what }));
