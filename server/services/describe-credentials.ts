import type { Diagnostic } from "#core/diagnostic.ts";
import type { DiagnosticCode } from "#core/diagnostic-codes.ts";
import { hostMatches } from "#core/host/host.ts";
import { ROOTS_ENDING, rootsBeside } from "#core/kinds/credential-reference.ts";
import type { PlacedCredential } from "#core/kinds/kind.ts";
import {
  type CertificateFacts,
  type CredentialFacts,
  ENDS_SOON_MS,
  type RevocationFacts,
} from "#core/registry/credential.ts";
import type { WorkloadInstance } from "#core/registry/instance.ts";
import { type CredentialState, type CredentialUse, resolveCredential } from "#core/resolve/credential-use.ts";
import { hostPart } from "#core/resolve/gateway-hosts.ts";
import { type AnyResource, formatRef, refOf } from "#core/resource/resource.ts";
import { credentialNamings } from "#server/services/credential-uses.ts";
import { tellTime } from "#server/services/tell-time.ts";

export type CredentialBookFacts = ReadonlyMap<string, CredentialFacts>;

interface Finding {
  readonly severity: Diagnostic["severity"];
  readonly code: DiagnosticCode;
  readonly message: string;
  readonly hint: string;
}

/**
 * What is wrong with the credentials that resources name, at the field, as the gateways find them that are given these resources. Where no such
 * gateway runs yet, as one of the resource's own namespace would. `among`: all resources, where `resources` are some of them.
 */
export function describeCredentials(
  resources: readonly AnyResource[],
  instances: readonly WorkloadInstance[],
  facts: CredentialBookFacts,
  nowMs: number,
  among: readonly AnyResource[] = resources,
): Diagnostic[] {
  return credentialNamings(resources, instances, among).flatMap(({ resource, placed, namespaces, isServed }) =>
    placed.flatMap((each) =>
      namespaces.flatMap((namespace) =>
        findIn(each, namespace, facts, nowMs).map(
          (finding): Diagnostic => ({
            ...finding,
            // Nobody lacks it yet.
            severity: isServed ? finding.severity : "warning",
            resource: formatRef(refOf(resource)),
            path: each.path,
          }),
        ),
      ),
    ),
  );
}

function findIn(placed: PlacedCredential, namespace: string, facts: CredentialBookFacts, nowMs: number): Finding[] {
  const use = resolveCredential({ credential: (key) => facts.get(key) }, placed, namespace);
  if (use.state !== "usable") return [notUsable(use, use.state, namespace, placed)];
  const known = facts.get(use.key);
  if (known?.kind !== "usable") return [];
  if (placed.part === "roots")
    return [...ofRoots(use, known.roots, nowMs), ...ofRevocation(use, known.revocation, nowMs)];
  if (known.certificate === undefined) return [];
  const beside = (placed.beside ?? []).flatMap((credential) => certificateNames(credential, namespace, facts));
  const hosts = (placed.hosts ?? []).filter((host) => !beside.some((name) => covers(name, hostPart(host))));
  return ofCertificate(use, known.certificate, hosts, nowMs);
}

function certificateNames(credential: string, namespace: string, facts: CredentialBookFacts): readonly string[] {
  const use = resolveCredential({ credential: (key) => facts.get(key) }, { credential, part: "pair" }, namespace);
  const known = use.state === "usable" ? facts.get(use.key) : undefined;
  return known?.kind === "usable" ? (known.certificate?.names ?? []) : [];
}

function notUsable(
  { key, part }: CredentialUse,
  state: Exclude<CredentialState, "usable">,
  namespace: string,
  { credential }: PlacedCredential,
): Finding {
  const [own = "", written = ""] = key.split("/");
  // Applied under the name of the pair, authorities alone would take its place.
  const name = credential.endsWith(ROOTS_ENDING) && !written.endsWith(ROOTS_ENDING) ? rootsBeside(written) : written;
  const files = part === "pair" ? "--cert FILE --key FILE" : "--ca FILE";
  const apply = (as: string): string => `\`pharos credential apply ${as} -n ${namespace} ${files}\``;
  const nothing = part === "pair" ? "nothing is served in its place" : "no peer can be checked, and none is taken";
  const tell = (message: string, hint: string): Finding => ({
    severity: "error",
    code: "credential-not-usable",
    message: `${message}; ${nothing}`,
    hint,
  });
  switch (state) {
    case "missing":
      return tell(`no credential ${key} is stored`, `store it: ${apply(name)}`);
    case "damaged":
      return tell(`the credential ${key} cannot be opened`, `apply it again: ${apply(name)}`);
    case "without-pair":
      return tell(`the credential ${key} holds no certificate and key`, `apply it with them: ${apply(name)}`);
    case "without-roots":
      return tell(`the credential ${key} holds no authorities`, `store them: ${apply(name)}`);
    case "other-namespace":
      return tell(
        `the credential ${key} is of namespace ${own}, and the proxy that needs it of ${namespace}`,
        `store it there and name it ${name}: ${apply(name)}`,
      );
  }
}

const when = (ms: number): string => new Date(ms).toISOString();

function ofCertificate(
  { key }: CredentialUse,
  certificate: CertificateFacts,
  hosts: readonly string[],
  nowMs: number,
): Finding[] {
  const others = hosts
    .map(hostPart)
    .filter((host) => host !== "*" && !certificate.names.some((name) => covers(name, host)));
  return [
    ...ofTime(`the certificate of ${key}`, certificate, nowMs),
    ...(others.length === 0
      ? []
      : [
          {
            severity: "warning",
            code: "credential-for-other-hosts",
            message: `the certificate of ${key} is for ${certificate.names.join(", ") || "no name"}, and not for ${others.join(", ")}`,
            hint: "clients that check names refuse it: apply one that is for them, or correct the hosts",
          } as const,
        ]),
  ];
}

/** A wildcard of a certificate stands for one label; that of a server for any number, and is covered where the first is. */
function covers(name: string, host: string): boolean {
  const [pattern, asked] = [name.toLowerCase(), host.toLowerCase()];
  if (pattern === asked) return true;
  return hostMatches(pattern, asked) && asked.split(".").length === pattern.split(".").length;
}

function ofTime(what: string, certificate: CertificateFacts, nowMs: number): Finding[] {
  const told = tellTime(certificate, nowMs);
  if (told === undefined) return [];
  return [
    {
      severity: told.state === "ended" ? "error" : "warning",
      code: told.state === "soon" ? "credential-ends-soon" : "credential-not-usable",
      message: `${what} ${told.text}`,
      hint: "apply its successor under the same name: connections go on",
    },
  ];
}

/** Others are trusted beside one that has ended: only without any of them nobody is. */
function ofRoots({ key }: CredentialUse, roots: readonly CertificateFacts[], nowMs: number): Finding[] {
  const ended = roots.filter(({ notAfterMs }) => notAfterMs <= nowMs);
  const [first] = ended;
  if (first === undefined) return [];
  const isLast = ended.length === roots.length;
  return [
    {
      severity: isLast ? "error" : "warning",
      code: "credential-not-usable",
      message: isLast
        ? `the authorities of ${key} have ended, ${when(first.notAfterMs)}: no peer is taken`
        : `the authority ${first.subject} of ${key} ended ${when(first.notAfterMs)}: the others are trusted still`,
      hint: "apply it with their successors",
    },
  ];
}

/** Envoy refuses every peer of an authority whose list has ended, or that has none beside another's. */
function ofRevocation(
  { key }: CredentialUse,
  { lists, withoutList }: RevocationFacts = { lists: [], withoutList: [] },
  nowMs: number,
): Finding[] {
  const hint = `apply ${key} with the authority's present list (--crl FILE)`;
  const tell = (severity: Finding["severity"], code: DiagnosticCode, message: string): Finding[] => [
    { severity, code, message, hint },
  ];
  return [
    ...lists.flatMap(({ issuer, thisUpdateMs, nextUpdateMs = Number.POSITIVE_INFINITY }) => {
      const what = `the revocation list of ${issuer} in ${key}`;
      if (nextUpdateMs <= nowMs)
        return tell(
          "error",
          "credential-not-usable",
          `${what} ended ${when(nextUpdateMs)}: none of its certificates is taken`,
        );
      // Lists are short-lived: one of a week is no news in its first days.
      return nextUpdateMs - nowMs < Math.min(ENDS_SOON_MS, (nextUpdateMs - thisUpdateMs) / 3)
        ? tell("warning", "credential-ends-soon", `${what} ends soon, ${when(nextUpdateMs)}`)
        : [];
    }),
    ...withoutList.flatMap((subject) =>
      tell(
        "warning",
        "credential-not-usable",
        `the authority ${subject} of ${key} has no revocation list, and others have: none of its certificates is taken`,
      ),
    ),
  ];
}
