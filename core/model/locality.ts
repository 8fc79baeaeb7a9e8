import type { Labels } from "#core/resource/labels.ts";
import { TOPOLOGY_LABELS } from "#core/schema/topology-labels.ts";

/** Where something runs: a region, a zone of it, a part of that. Empty where it is not known. */
export interface Locality {
  readonly region: string;
  readonly zone: string;
  readonly subzone: string;
}

const [REGION, ZONE, SUBZONE] = TOPOLOGY_LABELS;

/** Regions, zones and parts of these as clouds name them. */
const LOCALITY = /^[A-Za-z0-9._-]{1,63}(?:\/[A-Za-z0-9._-]{1,63}){0,2}$/;

/** Whether a text that somebody says of himself is `region/zone/subzone`, or less of it. */
export function isLocality(text: string): boolean {
  return LOCALITY.test(text);
}

/** Of `region/zone/subzone`, or less of it. */
export function parseLocality(text: string): Locality {
  const [region = "", zone = "", subzone = ""] = text.split("/");
  return { region, zone, subzone };
}

/** `region/zone` of a locality. */
export function zoneOf(locality: string): string {
  const { region, zone } = parseLocality(locality);
  return `${region}/${zone}`;
}

/** The locality that labels tell of whoever carries them, `region/zone/subzone`, where nothing else does (Istio's `GetLocalityLabel`); or empty. */
export function localityOfLabels(labels: Labels): string {
  const text = labels["topology.istio.io/locality"] ?? labels["istio-locality"] ?? "";
  // Labels cannot have a slash.
  return text.includes("/") ? text : text.replaceAll(".", "/");
}

/** Labels of whoever runs at a locality, `region/zone/subzone`: its own, and those that Istio gives it (`AugmentLabels`). */
export function withTopology(labels: Labels, locality: string): Labels {
  if (locality === "") return labels;
  const { region, zone, subzone } = parseLocality(locality);
  return {
    ...labels,
    ...(region === "" ? {} : { [REGION]: region }),
    ...(zone === "" ? {} : { [ZONE]: zone }),
    ...(subzone === "" ? {} : { [SUBZONE]: subzone }),
  };
}

/** Whether a locality is one that a rule means: `region/zone/*`, `region`, `*` (Istio's `LocalityMatch`). */
export function localityMatches(pattern: string, locality: string): boolean {
  const own = parseLocality(locality);
  const rule = parseLocality(pattern);
  const isMet = (asked: string, has: string): boolean => asked === "*" || asked === "" || asked === has;
  return (
    (rule.region === "*" || rule.region === own.region) &&
    isMet(rule.zone, own.zone) &&
    isMet(rule.subzone, own.subzone)
  );
}

/** Whether a place lies in another or is it: `eu/a/1` in `eu/a`, and everything in an empty one. */
export function isWithin(locality: string, around: string): boolean {
  return around === "" || locality === around || locality.startsWith(`${around}/`);
}
