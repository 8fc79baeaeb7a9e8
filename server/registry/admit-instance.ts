import { PharosError } from "#core/errors.ts";
import { joinHostPort } from "#core/host/join-host-port.ts";
import { isReservedIdentity } from "#core/identity/reserved-identity.ts";
import { accountStanding } from "#core/model/account-standing.ts";
import { isLocality, isWithin } from "#core/model/locality.ts";
import { plainText } from "#core/plain-text.ts";
import type { WorkloadInstance } from "#core/registry/instance.ts";
import type { Resource } from "#core/resource/resource.ts";
import { expectedWorkload } from "#core/sources/declare-workload.ts";
import { type AddressRules, admitAddress } from "#server/registry/admit-address.ts";
import type { SaidFileProblem } from "#server/registry/admit-file-problems.ts";

/** What an agent says of its workload. */
export interface Registration {
  readonly namespace: string;
  readonly name: string;
  readonly group: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly serviceAccount: string;
  readonly address: string;
  readonly ports: WorkloadInstance["ports"];
  /** Unknown: an agent that starts does not know yet whether it is to ask the application. */
  readonly health: WorkloadInstance["health"] | "unknown";
  readonly unhealthyReason?: string;
  readonly locality: string;
  readonly weight: number;
  /** Its host's clock as it was sent; 0 where it was not told. */
  readonly sentAtMs?: number;
  /** What its agent says an operator should look at on its host. */
  readonly problems?: readonly string[];
  /** What it says is wrong with files that its proxy's configuration names. */
  readonly fileProblems?: readonly SaidFileProblem[];
  /** What of the settings that its Envoy is to start with that does not run with. */
  readonly settingsNotes?: readonly string[];
}

/** The caller: what its certificate says, and where it connects from. */
export interface Registrant {
  readonly namespace: string;
  readonly serviceAccount: string;
  /** The connection's other end, without port. */
  readonly address: string;
}

export interface AdmissionContext {
  /** The group that the registration names, in the caller's namespace. */
  readonly group: Resource<"WorkloadGroup"> | undefined;
  /** Names of all groups of the namespace. */
  readonly groups: readonly string[];
  /** Whether the caller's account joined with a token that was made for this group: who may be in a group that names no account. */
  readonly hasToken: boolean;
  readonly addresses: AddressRules;
}

/** Of an object in Kubernetes, as namespaces and accounts have it. */
const NAME = /^[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?$/;
const PORT_NAME = /^[a-zA-Z0-9](?:[a-zA-Z0-9._-]{0,61}[a-zA-Z0-9])?$/;
const PORTS_MAX = 64;
/** Of a reason: it is told to people, not kept as a record. */
const REASON_LENGTH_MAX = 300;
/** Envoy's and the agent's own, as Istio reserves them: what listens there is no application's sidecar port. */
const RESERVED_PORTS: ReadonlySet<number> = new Set([
  15_000, 15_001, 15_004, 15_006, 15_008, 15_009, 15_020, 15_021, 15_053, 15_080, 15_090,
]);

/**
 * What becomes of a registration: identity from the certificate; labels, account and weight from the WorkloadGroup; the address
 * from the connection. Of itself a workload says its name, on which ports of its own address it listens, and how it is. What it says
 * otherwise is refused, so that nothing is dropped silently. Pure. Throws PharosError: invalid, forbidden, not-found.
 */
export function admitInstance(said: Registration, caller: Registrant, context: AdmissionContext): WorkloadInstance {
  const { namespace, serviceAccount } = caller;
  const key = nameOf(said, caller);
  const group = groupOf(said, caller, context, key);
  const expected = expectedWorkload(group);
  const given = givenBy(group);
  refuseOther(said, key, given.labels, given.weight);
  const address = admitAddress(
    { said: said.address, group: expected.address, peer: caller.address },
    context.addresses,
  );
  const ports = portsOf(said.ports, expected.ports, key, said.group);
  refuseServers({ address, ports }, key, context.addresses);
  const health = said.health === "unknown" ? "healthy" : said.health;
  const reason = health === "unhealthy" ? plainText(said.unhealthyReason ?? "", REASON_LENGTH_MAX) : "";
  return {
    namespace,
    name: said.name,
    workload: said.group,
    ...given,
    serviceAccount,
    address,
    ports,
    health,
    ...(reason === "" ? {} : { unhealthyReason: reason }),
    locality: localityOf(said, expected.locality, key),
  };
}

/** What every instance of a group has from it. */
export function givenBy(group: Resource<"WorkloadGroup">): Pick<WorkloadInstance, "labels" | "weight"> {
  const { labels, weight } = expectedWorkload(group);
  return { labels, weight };
}

/** `namespace/name`, once both are fit to be printed, and the caller's. */
function nameOf(said: Registration, { namespace, serviceAccount }: Registrant): string {
  if (isReservedIdentity({ namespace, serviceAccount }))
    throw new PharosError("forbidden", `${namespace}/${serviceAccount} is the control plane's own: no workload is it`);
  if (!NAME.test(said.name))
    throw new PharosError(
      "invalid",
      `name: ${quote(said.name)} must be lower-case letters, digits, - and ., at most 253`,
    );
  const key = `${namespace}/${said.name}`;
  const account = said.serviceAccount || serviceAccount;
  if ((said.namespace || namespace) !== namespace || account !== serviceAccount)
    throw new PharosError(
      "forbidden",
      `${namespace}/${serviceAccount} may not register instance ${said.name} of ${quote(said.namespace)}, account ${quote(account)}`,
      { hint: "join with a token made for that namespace and service account" },
    );
  return key;
}

/** The group, which lets this caller in. */
function groupOf(
  said: Registration,
  caller: Registrant,
  context: AdmissionContext,
  key: string,
): Resource<"WorkloadGroup"> {
  const { namespace, serviceAccount } = caller;
  if (said.group === "")
    throw new PharosError("invalid", `instance ${key} names no WorkloadGroup`, {
      hint: "name one with --group, or join with a token made with `pharos token create --group`",
    });
  if (!NAME.test(said.group))
    throw new PharosError("invalid", `group: ${quote(said.group)} is not a valid WorkloadGroup name`);
  const { group, groups, hasToken } = context;
  if (group === undefined)
    throw new PharosError(
      "not-found",
      `instance ${key} names WorkloadGroup ${namespace}/${said.group}, which does not exist`,
      { hint: `apply a WorkloadGroup named ${said.group} in namespace ${namespace} first` },
    );
  const expected = expectedWorkload(group);
  const standing = accountStanding(expected, serviceAccount);
  if (standing === "another" || (standing === "any" && !hasToken))
    throw new PharosError(
      "forbidden",
      standing === "any"
        ? `WorkloadGroup ${namespace}/${said.group} names no account, and no token for it was used by ${serviceAccount}`
        : `WorkloadGroup ${namespace}/${said.group} is for account ${expected.serviceAccount}, not ${serviceAccount}`,
      {
        hint: `set its template.serviceAccount, or join with \`pharos token create --service-account ${serviceAccount} --group ${said.group}\``,
      },
    );
  // Names are given out first come, first served: a group's own are kept for it.
  const owner = groups.filter((each) => said.name === each || said.name.startsWith(`${each}-`)).sort(longestFirst)[0];
  if (owner !== undefined && owner !== said.group)
    throw new PharosError(
      "forbidden",
      `name: ${said.name} is kept for WorkloadGroup ${namespace}/${owner}, and this instance is of ${said.group}`,
      { hint: `name it ${said.group}-… with --name` },
    );
  return group;
}

/** Services choose their endpoints by labels and divide their requests by weight: neither is the instance's to say. */
function refuseOther(said: Registration, key: string, labels: Readonly<Record<string, string>>, weight: number): void {
  const group = `WorkloadGroup ${key.split("/")[0] ?? ""}/${said.group}`;
  const refuse = (what: string, given: string, field: string): never => {
    throw new PharosError("forbidden", `instance ${key} says ${what}, but ${group} says ${given}`, {
      hint: `set ${field} in the WorkloadGroup; an instance that differs from its group needs a group of its own`,
    });
  };
  for (const [label, value] of Object.entries(said.labels)) {
    const given = Object.hasOwn(labels, label) ? labels[label] : undefined;
    if (given === value) continue;
    const shown = plainText(label, 100);
    refuse(
      `${shown}=${plainText(value, 100)}`,
      given === undefined ? `no ${shown}` : `${shown}=${given}`,
      "metadata.labels",
    );
  }
  if (said.weight !== 0 && said.weight !== weight) refuse(`weight ${said.weight}`, `${weight}`, "template.weight");
}

/**
 * Where it runs, as far as its group lets it say: the group's locality, or a place in that. Callers prefer what is near them: an
 * instance may not draw requests of other places to it than those of its group.
 */
function localityOf({ locality, group }: Registration, given: string, key: string): string {
  if (locality === "") return given;
  if (!isLocality(locality))
    throw new PharosError("invalid", `locality: ${quote(locality)} of instance ${key} is not region/zone/subzone`, {
      hint: "write --locality us-east/zone-1, of letters, digits, dots, dashes and underscores",
    });
  if (!isWithin(locality, given))
    throw new PharosError(
      "forbidden",
      `locality: instance ${key} says ${locality}, which is not in ${given}, where WorkloadGroup ${group} is`,
      { hint: "set template.locality in the WorkloadGroup, or leave it out: its instances say then where they run" },
    );
  return locality;
}

/** Under the group's names, where it has some; the numbers are the instance's own affair, at its own address. */
function portsOf(
  said: Registration["ports"],
  template: Readonly<Record<string, number>>,
  key: string,
  group: string,
): WorkloadInstance["ports"] {
  if (said.length === 0)
    return Object.entries(template).map(([name, port]) => ({ name, appPort: port, inboundPort: port }));
  if (said.length > PORTS_MAX)
    throw new PharosError("invalid", `ports: instance ${key} has ${said.length}, more than ${PORTS_MAX}`);
  const names = new Set<string>();
  const known = Object.keys(template);
  return said.map(({ name, appPort, inboundPort: inbound }) => {
    if (!PORT_NAME.test(name)) throw new PharosError("invalid", `ports: ${quote(name)} is not a valid port name`);
    if (names.has(name)) throw new PharosError("invalid", `ports: ${name} appears twice at instance ${key}`);
    names.add(name);
    if (known.length > 0 && !known.includes(name))
      throw new PharosError(
        "forbidden",
        `ports: WorkloadGroup ${group} has no port ${name}; it has ${known.join(", ")}`,
        {
          hint: "set it in the WorkloadGroup's template.ports",
        },
      );
    // As where traffic is captured: the same.
    const inboundPort = inbound || appPort;
    for (const port of [appPort, inboundPort])
      if (!Number.isInteger(port) || port < 1 || port > 65_535)
        throw new PharosError("invalid", `instance ${key}: port ${name} is not 1 to 65535`);
    if (RESERVED_PORTS.has(inboundPort))
      throw new PharosError("invalid", `ports: ${inboundPort} of port ${name} is reserved for Envoy and its agent`, {
        hint: "choose another inbound port",
      });
    return { name, appPort, inboundPort };
  });
}

/**
 * Callers would be led to the control plane. The application's own port may be the console's: what comes to it has come through the
 * instance's proxy. Throws "conflict", as for any other place that is taken.
 */
function refuseServers(
  { address, ports }: Pick<WorkloadInstance, "address" | "ports">,
  key: string,
  { isServers }: AddressRules,
): void {
  const taken = ports.find(({ inboundPort }) => isServers(address, inboundPort));
  if (taken === undefined) return;
  throw new PharosError(
    "conflict",
    `ports: port ${taken.name} of instance ${key} is at ${joinHostPort(address, taken.inboundPort)}, where the control plane itself listens`,
    { hint: "choose another inbound port" },
  );
}

function longestFirst(a: string, b: string): number {
  return b.length - a.length;
}

function quote(text: string): string {
  return JSON.stringify(text.slice(0, 100));
}
