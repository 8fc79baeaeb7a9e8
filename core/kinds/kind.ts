import type { Diagnostic } from "#core/diagnostic.ts";
import type { Metadata } from "#core/kinds/document.ts";
import type { Handled } from "#core/schema/field.ts";
import type { Path } from "#core/schema/path.ts";

/** The forms of the console that are made for one kind. */
export type FormName = "routing" | "policy" | "mtls";

/** A resource as its own kind sees it. */
export interface Written<S> {
  readonly metadata: Metadata;
  readonly spec: S;
}

/** What may be exported to namespaces. */
export type ExportedAs = "services" | "virtualServices" | "destinationRules";

/** The API groups that are read, with the versions of each; the first is the one that is written. */
export const GROUPS = {
  "networking.istio.io": ["v1", "v1beta1", "v1alpha3"],
  "security.istio.io": ["v1", "v1beta1"],
  "telemetry.istio.io": ["v1", "v1alpha1"],
  "extensions.istio.io": ["v1alpha1"],
  /** Of what Istio has no kind for. */
  "mesh.pharos.dev": ["v1"],
  "limits.pharos.dev": ["v1"],
  "observe.pharos.dev": ["v1"],
} as const;

export interface WorkloadChoice {
  /** Undefined or empty: all of them, or none, as the kind has it. */
  readonly labels: Readonly<Record<string, string>> | undefined;
  readonly path: Path;
  /** In its own namespace; in its own, and from the root namespace in all; in all. */
  readonly among: "own-namespace" | "own-namespace-or-mesh" | "mesh";
}

export interface PlacedPort {
  readonly port: number;
  readonly path: Path;
}

export interface PlacedFile {
  /** Its path on the proxy's host. */
  readonly file: string;
  readonly path: Path;
}

/** What is read together: a pair, or authorities. */
export type PlacedFiles =
  | { readonly certificate: PlacedFile; readonly key: PlacedFile }
  | { readonly roots: PlacedFile; readonly revoked?: PlacedFile };

/** A part of a stored credential that a resource names. */
export interface PlacedCredential {
  /** As it is written: `[NAMESPACE/]NAME`. */
  readonly credential: string;
  readonly part: "pair" | "roots";
  readonly path: Path;
  /** The names under which what has the certificate is reached; absent where nobody calls it. */
  readonly hosts?: readonly string[];
  /** Others that are shown in the same place: a client is shown the one that is for the name it asks for. */
  readonly beside?: readonly string[];
  /** Sidecars that it is for are given it, and not gateways alone. */
  readonly isForSidecars?: true;
}

export interface KindPreset {
  readonly label: string;
  /** Who would choose it, and what for. */
  readonly detail: string;
  readonly template: object;
}

/** All that is particular to a kind of resource and needs nothing but the resource itself. `S` is the type of its spec. */
export interface KindDefinition<S = unknown> {
  readonly group: keyof typeof GROUPS;
  /** Where it has not all of its group's; the first is the one that is written. */
  readonly versions?: readonly string[];
  /** As kubectl and istioctl call it. */
  readonly plural: string;
  readonly short: string;
  /** On whose pages of the console it is read and edited. */
  readonly area: "traffic" | "security" | "limits" | "alerts";
  /** The form that is made for it; absent where the one that its schema makes serves. */
  readonly form?: FormName;
  /**
   * Its place among the suspects of a unit that cannot be built, lower first: of two resources without either of which it
   * can, the one that says more about the other is the cause (a rule rather than its service, a route than its gateway).
   */
  readonly blame: number;
  /** Of its spec. */
  readonly schema: Handled<S>;
  /** Istio reads it as protobuf's JSON, and no CRD is before that: fields have the names of their protos too, and numbers may be in quotes. */
  readonly isProtoJson?: true;
  /** What the fields say against each other, as Istio's webhook would; they are right one by one. */
  validate(resource: Written<S>): Diagnostic[];
  /** There is one of it, of this name; absent where there may be many. */
  readonly only?: { readonly namespace: string; readonly name: string };
  /** What of the mesh's defaults says who sees it where it has no `exportTo`; absent where it has none. */
  readonly exported?: ExportedAs;
  /** Of its spec, what a form from its schema shows first: what most people come for. */
  readonly leads?: readonly string[];
  /** Others to begin with than the template, for what people often want. */
  readonly presets?: Readonly<Record<string, KindPreset>>;
  /** The spec of a new document; what only the author can know is left empty, for validation to name. */
  readonly template: object;
  /** Which workloads it picks out by their labels; absent where it picks none. */
  selector?(spec: S): WorkloadChoice;
  /** The ports of applications that it names, and where. */
  applicationPorts?(spec: S): readonly PlacedPort[];
  /** Where the keys are that are fetched for it. */
  keyLocations?(spec: S): readonly string[];
  /** The files of proxies' hosts that are read for it; an agent that says what is wrong with one is believed of these alone. */
  files?(spec: S): readonly PlacedFiles[];
  /** The credentials that proxies are given for it. */
  credentials?(spec: S): readonly PlacedCredential[];
  /** The host names it is about, as written; absent where it is about workloads. */
  hosts?(spec: S): readonly string[];
  /**
   * What it does, in a line for a list; absent where that takes more than the resource. `rootNamespace` is where a policy
   * is for the whole mesh.
   */
  effect?(resource: Written<S>, rootNamespace: string): string;
}

export function defineKind<S>(definition: KindDefinition<S>): KindDefinition<S> {
  return definition;
}
