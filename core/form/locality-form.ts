import { listOf, recordOf, textOf } from "#core/form/read-loosely.ts";
import type { DocumentEdit } from "#core/resource/edit-document.ts";
import type { Path } from "#core/schema/path.ts";

/** `mesh`: what the MeshConfig says; `labels` are only read, and written as text. */
export type LocalityMode = "mesh" | "nearest" | "region" | "shares" | "labels" | "off";

/** Which endpoints callers prefer by where both are, as a DestinationRule says it; as it is while someone edits it. */
export interface LocalityForm {
  readonly namespace: string;
  readonly host: string;
  readonly mode: LocalityMode;
  /** Regions of callers, and those that they go on to. */
  readonly failover: readonly { readonly from: string; readonly to: string }[];
  readonly distribute: readonly {
    readonly from: string;
    /** Localities of endpoints, and their percent of the requests. */
    readonly to: readonly { readonly locality: string; readonly percent: number }[];
  }[];
  /** Undefined: nobody finds out that endpoints fail. */
  readonly detection: { readonly errors: number | null; readonly ejectsPercent: number | null } | undefined;
}

const POLICY = ["spec", "trafficPolicy"] as const;
export const LOCALITY_PATH: Path = [...POLICY, "loadBalancer", "localityLbSetting"];
export const DETECTION_PATH: Path = [...POLICY, "outlierDetection"];

export function readLocalityForm(value: unknown): LocalityForm {
  const { metadata, spec } = recordOf(value);
  const policy = recordOf(recordOf(spec).trafficPolicy);
  const written = recordOf(policy.loadBalancer).localityLbSetting;
  const setting = recordOf(written);
  const detection = policy.outlierDetection === undefined ? undefined : recordOf(policy.outlierDetection);
  return {
    namespace: textOf(recordOf(metadata).namespace),
    host: textOf(recordOf(spec).host),
    mode: written === undefined ? "mesh" : modeOf(setting),
    failover: listOf(setting.failover).map((each) => {
      const { from, to } = recordOf(each);
      return { from: textOf(from), to: textOf(to) };
    }),
    distribute: listOf(setting.distribute).map((each) => {
      const { from, to } = recordOf(each);
      const shares = Object.entries(recordOf(to));
      return {
        from: textOf(from),
        to: shares.map(([locality, percent]) => ({ locality, percent: numberOf(percent) ?? 0 })),
      };
    }),
    detection: detection && {
      errors: numberOf(detection.consecutive5xxErrors),
      ejectsPercent: numberOf(detection.maxEjectionPercent),
    },
  };
}

function modeOf({ enabled, distribute, failover, failoverPriority }: Readonly<Record<string, unknown>>): LocalityMode {
  if (enabled === false) return "off";
  if (listOf(distribute).length > 0) return "shares";
  if (listOf(failoverPriority).length > 0) return "labels";
  return listOf(failover).length > 0 ? "region" : "nearest";
}

function numberOf(value: unknown): number | null {
  return typeof value === "number" ? value : null;
}

const SETTINGS: Readonly<Record<Exclude<LocalityMode, "mesh" | "labels">, object>> = {
  nearest: { enabled: true },
  region: { failover: [{ from: "", to: "" }] },
  shares: { distribute: [{ from: "*", to: { "*": 100 } }] },
  off: { enabled: false },
};

/** Another way to prefer them. What fails over needs to be found out: that comes along, and ejects as many as fail. */
export function chooseMode(
  { detection }: LocalityForm,
  mode: Exclude<LocalityMode, "labels">,
): readonly DocumentEdit[] {
  if (mode === "mesh") return [{ op: "delete", path: LOCALITY_PATH }];
  const chosen: DocumentEdit[] = [{ op: "set", path: LOCALITY_PATH, value: SETTINGS[mode] }];
  if (mode === "off" || mode === "shares") return chosen;
  if (detection === undefined)
    return [
      ...chosen,
      { op: "set", path: DETECTION_PATH, value: { consecutive5xxErrors: 5, maxEjectionPercent: 100 } },
    ];
  return detection.ejectsPercent === null
    ? [...chosen, { op: "set", path: [...DETECTION_PATH, "maxEjectionPercent"], value: 100 }]
    : chosen;
}

export function setFailover(failover: LocalityForm["failover"]): readonly DocumentEdit[] {
  return [{ op: "set", path: [...LOCALITY_PATH, "failover"], value: failover.map((each) => ({ ...each })) }];
}

/** Of two shares of one place the last counts. */
export function setDistribute(distribute: LocalityForm["distribute"]): readonly DocumentEdit[] {
  const value = distribute.map(({ from, to }) => ({
    from,
    to: Object.fromEntries(to.map(({ locality, percent }) => [locality, percent])),
  }));
  return [{ op: "set", path: [...LOCALITY_PATH, "distribute"], value }];
}

/** What it does, in a line. */
export function summarizeLocality({ mode, host, failover }: LocalityForm): string {
  const what: Readonly<Record<LocalityMode, string>> = {
    mesh: "as the mesh says",
    nearest: "the nearest first",
    region: failover.map(({ from, to }) => `${from}, then ${to}`).join("; "),
    shares: "shares by place",
    labels: "by labels",
    off: "wherever they are",
  };
  return `Instances of ${host}: ${what[mode]}`;
}
