import { newDocument } from "#core/form/new-document.ts";
import { freeName } from "#core/form/new-routing.ts";
import { openDocument } from "#core/form/open-document.ts";
import { openDraft } from "#core/form/open-draft.ts";
import type { Plan, StandingDocument } from "#core/form/plan.ts";
import { PEER_AUTHENTICATION } from "#core/kinds/peer-authentication/schema.ts";
import type { ConfigChange } from "#core/resource/config-change.ts";
import { editDocument } from "#core/resource/edit-document.ts";

export type PlannedMode = "PERMISSIVE" | "STRICT";

export interface StrictInput {
  readonly namespace: string;
  readonly mode: PlannedMode;
  /** All PeerAuthentications of the mesh. */
  readonly policies: readonly StandingDocument[];
  /** Those of these that say what stands for workloads now, where the oldest of several speaks. */
  readonly speaking: readonly string[];
  /** Changes those too that single workloads have of their own. */
  readonly withOwn: boolean;
  readonly rootNamespace: string;
}

export interface StrictPlan extends Plan {
  /** Policies of single workloads, or for the mesh of other namespaces, that go on saying something else. */
  readonly kept: readonly string[];
}

const MODE_PATH = ["spec", "mtls", "mode"];

/** A namespace to one mTLS mode: by the policy that it has, or by a new one. Without changes where all of it says so already. */
export function planStrict(input: StrictInput): StrictPlan {
  const { namespace, mode, policies, speaking, withOwn, rootNamespace } = input;
  const isMesh = namespace === rootNamespace;
  const all = policies.map((each) => ({ ...each, ...readPolicy(each.text) }));
  const read = all.filter((each) => each.namespace === namespace);
  // What a namespace says goes before what the mesh does.
  const elsewhere = isMesh ? all.filter((each) => each.namespace !== namespace) : [];
  const wide = read.filter(({ isOfWorkloads }) => !isOfWorkloads);
  const spoken = wide.filter(({ ref }) => speaking.includes(ref));
  // Where none is seen to speak the oldest does, and which that is their documents do not say.
  const changed = spoken.length > 0 ? spoken : wide;
  const own = read.filter(({ isOfWorkloads, mode: own }) => isOfWorkloads && own !== undefined && own !== mode);
  const edits = [...changed.filter((each) => each.mode !== mode), ...(withOwn ? own : [])];
  const changes = [
    ...(changed.length === 0
      ? [
          {
            op: "upsert" as const,
            text: newDocument(
              "PeerAuthentication",
              namespace,
              freeName(
                "default",
                read.map(({ name }) => name),
              ),
              { mtls: { mode } },
            ),
            expectedVersion: 0,
          },
        ]
      : []),
    ...edits.map(({ text, resourceVersion }): ConfigChange => {
      const edited = editDocument(text, [{ op: "set", path: MODE_PATH, value: mode }]);
      return { op: "upsert", text: edited, expectedVersion: resourceVersion };
    }),
  ];
  const where = isMesh ? "the whole mesh" : `namespace ${namespace}`;
  const kept = [
    ...(withOwn ? [] : own.map(({ ref }) => ref)),
    ...elsewhere.flatMap(({ ref, mode: said }) => (said !== undefined && said !== mode ? [ref] : [])),
    ...[...read, ...elsewhere].flatMap(({ ref, otherPorts }) => (otherPorts(mode) ? [ref] : [])),
  ];
  const but = kept.length === 0 ? "" : ", where no other policy says otherwise";
  return {
    changes,
    reason: `${mode.toLowerCase()} mTLS for ${where}`,
    sentences:
      mode === "STRICT"
        ? [
            `Workloads of ${where} only take mTLS${but}: whoever calls in plain text is refused.`,
            `Every caller${kept.length === 0 ? "" : " there"} has an identity that authorization can rely on.`,
          ]
        : [
            `Workloads of ${where} take mTLS and plain text: nobody is refused for it.`,
            "Callers with a sidecar use mTLS already; who still comes in plain text is seen here.",
          ],
    kept: [...new Set(kept)],
  };
}

function readPolicy(text: string) {
  const document = openDocument(text);
  const { spec } = openDraft(PEER_AUTHENTICATION, document.kind === "open" ? document.value : null);
  const ports = Object.values(spec.portLevelMtls ?? {});
  const said = spec.mtls?.mode;
  return {
    isOfWorkloads: Object.keys(spec.selector?.matchLabels ?? {}).length > 0,
    mode: said === "UNSET" ? undefined : said,
    otherPorts: (mode: PlannedMode): boolean =>
      ports.some((port) => port.mode !== undefined && port.mode !== "UNSET" && port.mode !== mode),
  };
}
