import * as fc from "fast-check";
import { anyNamespace, document, rarely } from "#testing/oracle/arbitrary/meeting-documents.ts";
import type { Written } from "#testing/oracle/world.ts";

const SHA256 = "0a".repeat(32);
const anyPlace = fc
  .tuple(
    rarely(
      fc.constantFrom({ selector: { matchLabels: { app: "x" } } }, { selector: { matchLabels: { app: "other" } } }),
    ),
    rarely(
      fc.constantFrom("AUTHN", "AUTHZ", "STATS", "UNSPECIFIED_PHASE").map((phase) => ({ phase })),
      1,
    ),
    rarely(
      fc.constantFrom(-1, 0, 5).map((priority) => ({ priority })),
      1,
    ),
    rarely(
      fc
        .array(
          fc
            .tuple(
              rarely(
                fc.constantFrom("CLIENT", "SERVER", "CLIENT_AND_SERVER", "UNDEFINED").map((mode) => ({ mode })),
                1,
              ),
              rarely(
                fc.constantFrom(80, 8080, 9000, 7070).map((number) => ({ ports: [{ number }] })),
                1,
              ),
            )
            .map((all) => Object.assign({}, ...all) as object),
          { minLength: 1, maxLength: 2 },
        )
        .map((match) => ({ match })),
      1,
    ),
  )
  .map((all) => Object.assign({}, ...all) as object);
const anyModule = fc
  .tuple(
    fc.constantFrom({ url: "file:///opt/a.wasm" }, { url: "http://modules.example.com/a.wasm", sha256: SHA256 }),
    rarely(fc.constantFrom("HTTP", "NETWORK").map((type) => ({ type }))),
  )
  .map(([module, type]) => ({ ...module, ...type }));

/** What runs in a workload's listeners: where it stands there is by its phase, priority, namespace and age. */
export function anyExtension(index: number): fc.Arbitrary<Written> {
  return fc.oneof(
    document(
      "WasmPlugin",
      `e${index}`,
      anyNamespace,
      fc.tuple(anyPlace, anyModule).map(([place, module]) => ({ ...place, ...module })),
    ),
    document(
      "TrafficExtension",
      `e${index}`,
      anyNamespace,
      fc
        .tuple(
          anyPlace,
          fc.oneof(
            anyModule.map((wasm) => ({ wasm })),
            fc.constant({ lua: { inlineCode: "function envoy_on_request(handle) end" } }),
          ),
        )
        .map(([place, code]) => ({ ...place, ...code })),
    ),
  );
}
