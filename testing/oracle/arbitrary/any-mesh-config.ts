import * as fc from "fast-check";
import { MESH_CONFIG_PLACE } from "#core/kinds/mesh-config/schema.ts";
import { rarely } from "#testing/oracle/arbitrary/meeting-documents.ts";
import { fieldOf, meetingValue } from "#testing/oracle/arbitrary/meeting-value.ts";
import type { Written } from "#testing/oracle/world.ts";

const exportTo = (name: string): fc.Arbitrary<object> =>
  rarely(
    fc.constantFrom(["*"], ["."]).map((value) => ({ [name]: value })),
    4,
  );

/** What holds for the mesh where nobody says otherwise. */
export const anyMeshConfig: fc.Arbitrary<Written> = fc
  .tuple(
    rarely(fc.constantFrom({ outboundTrafficPolicy: { mode: "REGISTRY_ONLY" } }), 1),
    exportTo("defaultServiceExportTo"),
    exportTo("defaultVirtualServiceExportTo"),
    exportTo("defaultDestinationRuleExportTo"),
    rarely(fc.constantFrom({ connectTimeout: "3s" })),
    rarely(
      fc.constantFrom<object>(
        { tcpKeepalive: { probes: 3 } },
        { tcpKeepalive: { time: "7200s", interval: "75s" } },
        { tcpKeepalive: {} },
      ),
    ),
    rarely(fc.constantFrom({ enableAutoMtls: false })),
    rarely(fc.constantFrom({ h2UpgradePolicy: "UPGRADE" })),
    rarely(
      meetingValue(fieldOf("MeshConfig", "defaultTrafficPolicy"), 3).map((policy) => ({
        defaultTrafficPolicy: policy,
      })),
    ),
    rarely(fc.constantFrom({ trustDomainAliases: ["old.net"] }, { trustDomainAliases: ["old.net", "other.org"] })),
    rarely(
      fc.constantFrom<object>(
        { meshMTLS: { minProtocolVersion: "TLSV1_3" } },
        { meshMTLS: { cipherSuites: ["ECDHE-RSA-AES256-GCM-SHA384", "no-such-suite"] } },
        { tlsDefaults: { minProtocolVersion: "TLSV1_3" } },
        { tlsDefaults: { cipherSuites: ["ECDHE-RSA-AES256-GCM-SHA384"], ecdhCurves: ["P-256"] } },
      ),
    ),
    rarely(fc.constant({ verifyCertificateAtClient: false }), 6),
    rarely(fc.constant({ defaultConfig: { proxyHeaders: { xForwardedHost: { enabled: true } } } }), 6),
    rarely(
      fc.constantFrom<object>(
        { defaultHttpRetryPolicy: { attempts: 0 } },
        { defaultHttpRetryPolicy: { attempts: 5, retryOn: "5xx", perTryTimeout: "1s" } },
      ),
    ),
  )
  .map((all) => ({
    kind: "MeshConfig",
    ...MESH_CONFIG_PLACE,
    age: 0,
    spec: Object.assign({}, ...all) as object,
  }));
