import { PharosError } from "#core/errors.ts";
import { claimedId } from "#core/identity/claimed-id.ts";
import { parseSpiffeId } from "#core/identity/spiffe-id.ts";
import type { ForwardedPeer } from "#grpc/forwarded-peer.ts";
import type { Authority } from "#server/ca/authority.ts";
import { verifyCertificate } from "#server/ca/certificate-service.ts";
import type { LeaseDesk } from "#server/limits/lease-desk.ts";
import type { UnaryHandler } from "#server/mesh/start-mesh.ts";
import type { Registry } from "#server/registry/registry.ts";
import { handleDeregister, handleRegister } from "#server/registry/registry-rpc.ts";
import type { MeshState } from "#server/services/mesh-state.ts";
import type { TapDesk } from "#server/taps/tap-desk.ts";
import { handleReport } from "#server/telemetry/ingest/report-rpc.ts";
import type { TelemetryIngest } from "#server/telemetry/ingest/telemetry-ingest.ts";
import { LabelMemory } from "#server/telemetry/ingest/told-labels.ts";

export interface AgentMethodsOptions {
  readonly authority: Authority;
  readonly createCertificate: UnaryHandler;
  readonly registry: Registry;
  readonly state: MeshState;
  readonly telemetry: Pick<TelemetryIngest, "takeReport">;
  readonly leases: Pick<LeaseDesk, "handle">;
  readonly taps: Pick<TapDesk, "take">;
  readonly onRefused: (line: {
    readonly actor: string;
    readonly action: string;
    readonly resource: string;
    readonly reason: string;
    readonly from: string;
  }) => void;
}

const AGENT = "/pharos.agent.v1.AgentService";

/** The unary methods that agents call; each caller is who its certificate says. */
export function createAgentMethods(options: AgentMethodsOptions): ReadonlyMap<string, UnaryHandler> {
  const { authority, registry, state, telemetry, leases, taps, onRefused } = options;
  const labels = new LabelMemory();

  function identify(peer: ForwardedPeer): {
    readonly spiffeId: string;
    readonly namespace: string;
    readonly serviceAccount: string;
    readonly address: string;
  } {
    if (peer.certificate === null)
      throw new PharosError("unauthenticated", "the caller showed no certificate", {
        hint: "join first, with a token",
      });
    const spiffeId = verifyCertificate(authority, peer.certificate, Date.now());
    const identity = parseSpiffeId(spiffeId);
    if (identity === undefined) throw new PharosError("unauthenticated", `${spiffeId} is not a workload's identity`);
    const { namespace, serviceAccount } = identity;
    return { spiffeId, namespace, serviceAccount, address: hostOf(peer.address) };
  }

  const guarded =
    (
      action: string,
      run: (bytes: Uint8Array, caller: ReturnType<typeof identify>, from: string) => Promise<Uint8Array>,
    ): UnaryHandler =>
    async (bytes, peer) => {
      try {
        return await run(bytes, identify(peer), peer.address);
      } catch (error) {
        const known = PharosError.from(error);
        const isRefusal = known.code === "forbidden" || known.code === "unauthenticated";
        if (isRefusal)
          onRefused({
            actor: claimedId(peer),
            action,
            resource: "",
            reason: known.message,
            from: peer.address,
          });
        throw known;
      }
    };

  return new Map<string, UnaryHandler>([
    ["/istio.v1.auth.IstioCertificateService/CreateCertificate", options.createCertificate],
    [
      `${AGENT}/Register`,
      guarded("instance.register", (bytes, caller) => handleRegister(registry, authority.trustDomain, bytes, caller)),
    ],
    [
      `${AGENT}/Deregister`,
      guarded("instance.deregister", (bytes, caller) => handleDeregister(registry, bytes, caller)),
    ],
    [`${AGENT}/DrawUnits`, guarded("limits.draw", async (bytes, caller) => leases.handle(bytes, caller))],
    [
      `${AGENT}/ShowRequests`,
      guarded("requests.show", async (bytes, { spiffeId, namespace, serviceAccount }) =>
        taps.take(bytes, { principal: spiffeId, namespace, serviceAccount }),
      ),
    ],
    [
      `${AGENT}/Report`,
      guarded("telemetry.report", (bytes, { spiffeId, namespace, serviceAccount }, from) =>
        handleReport(
          {
            ...{ ingest: telemetry, labels },
            snapshot: () => state.snapshot(),
            find: (instance) => registry.known(instance),
            revisionAt: (atMs) => state.revisionAt(atMs),
            onRefused: ({ principal }, resource, reasons) => {
              for (const reason of reasons)
                onRefused({ actor: principal, action: "telemetry.report", resource, reason, from });
            },
          },
          bytes,
          { principal: spiffeId, namespace, serviceAccount },
        ),
      ),
    ],
  ]);
}

/** Of "10.0.0.7:40312" or "::1:40312", without the port. */
function hostOf(address: string): string {
  return address.slice(0, Math.max(0, address.lastIndexOf(":")));
}
