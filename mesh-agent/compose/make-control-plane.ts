import { existsSync } from "node:fs";
import type { Complaints } from "#mesh-agent/complaints.ts";
import type { AgentConfig } from "#mesh-agent/config.ts";
import { ClockWatch } from "#mesh-agent/control-plane/clock-watch.ts";
import { Registration, type RegistrationOptions } from "#mesh-agent/control-plane/registration.ts";
import { Uplink } from "#mesh-agent/control-plane/uplink.ts";
import { writeTraceScript } from "#mesh-agent/envoy/trace-script-file.ts";
import type { IdentityKeeper } from "#mesh-agent/identity/identity-keeper.ts";
import { RevocationWatch } from "#mesh-agent/identity/revocation-watch.ts";
import type { AgentPaths } from "#mesh-agent/paths.ts";
import { SecretServer } from "#mesh-agent/sds/secret-server.ts";
import { tellFileProblem } from "#mesh-agent/sds/tell-file-problem.ts";
import { describeNode, type NodeJson } from "#mesh-agent/xds/describe-node.ts";
import { DiskCache } from "#mesh-agent/xds/disk-cache.ts";
import { RelayServer, type RelayServerOptions } from "#mesh-agent/xds/relay-server.ts";
import type { Logger } from "#node/log.ts";

/** What the agent has of the control plane, and what it hands to Envoy of that. */
export interface ControlPlaneParts {
  readonly uplink: Uplink;
  readonly clock: ClockWatch;
  readonly registration: Registration;
  /** The node as it is now: its labels follow the WorkloadGroup. */
  readonly node: () => NodeJson;
  readonly cache: DiskCache;
  readonly relay: RelayServer;
  readonly revocations: RevocationWatch;
  readonly secrets: SecretServer;
}

export interface ControlPlaneNeeds {
  readonly config: AgentConfig;
  readonly paths: AgentPaths;
  readonly keeper: IdentityKeeper;
  readonly versions: RegistrationOptions["versions"];
  readonly onProbe: RegistrationOptions["onProbe"];
  readonly settingsNotes: () => readonly string[];
  readonly prepare: RelayServerOptions["prepare"];
  readonly complaints: Complaints;
  readonly log: Logger;
}

export function makeControlPlane(needs: ControlPlaneNeeds): ControlPlaneParts {
  const { config, paths, keeper, versions, onProbe, settingsNotes, prepare, complaints, log } = needs;
  const uplink = new Uplink({ server: keeper.server, identity: () => keeper.current, log });
  const clock = new ClockWatch(log);
  const hasServed = existsSync(paths.registration);
  const cache = DiskCache.open(paths.cache, log);
  if (hasServed && cache.isEmpty())
    log.warn("the last good configuration is gone: an envoy that starts waits for the control plane", {
      file: paths.cache,
    });
  const registration = new Registration({
    config,
    versions,
    uplink,
    file: paths.registration,
    log,
    problems: () => complaints.list(),
    fileProblems: () => secrets.problems,
    settingsNotes,
    onLabels: () => relay.subscribeAgain(),
    onProbe,
    onServerTime: clock.hear,
  });
  const hasTraceScript = writeTraceScript(paths.traceScript, log);
  const node = () => describeNode(config, paths, registration.labels, hasTraceScript);
  const relay = new RelayServer({ uplink, cache, node, prepare, log });
  const revocations = new RevocationWatch({
    file: paths.revocations,
    uplink,
    log,
    onChange: (lists) => secrets.setRevoked(lists),
  });
  const secrets = new SecretServer(keeper.current, log, revocations.lists, () => registration.tellAgain());
  keeper.onChange((identity) => secrets.setIdentity(identity));
  complaints.hearAll(() => secrets.problems.map(tellFileProblem));
  complaints.hear(keeper, cache, registration, revocations);
  return { uplink, clock, registration, node, cache, relay, revocations, secrets };
}
