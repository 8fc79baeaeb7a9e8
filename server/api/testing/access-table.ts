/**
 * What each procedure answers to each kind of caller: "401" (UNAUTHORIZED), "403" (FORBIDDEN), or "pass": the call gets
 * past the access check. Written out apart from PERMISSIONS on purpose: who loosens a permission has to say so twice.
 */
const TABLE = `
procedure                 nobody  viewer  operator  admin
session.me                pass    pass    pass      pass
overview.get              401     pass    pass      pass
topology.graph            401     pass    pass      pass
topology.drawn            401     pass    pass      pass
topology.live             401     pass    pass      pass
topology.series           401     pass    pass      pass
topology.plaintext        401     pass    pass      pass
topology.egress           401     pass    pass      pass
services.list             401     pass    pass      pass
services.get              401     pass    pass      pass
services.names            401     pass    pass      pass
services.policed          401     pass    pass      pass
config.list               401     pass    pass      pass
config.get                401     pass    pass      pass
config.check              401     pass    pass      pass
config.preview            401     pass    pass      pass
config.diagnostics        401     pass    pass      pass
config.history            401     pass    pass      pass
config.revision           401     pass    pass      pass
config.distribution       401     pass    pass      pass
config.reach              401     pass    pass      pass
config.watch              401     pass    pass      pass
config.applyChanges       401     403     pass      pass
config.rollback           401     403     pass      pass
config.restoreChanges     401     pass    pass      pass
config.undo               401     403     pass      pass
effects.get               401     pass    pass      pass
effects.list              401     pass    pass      pass
effects.marks             401     pass    pass      pass
health.current            401     pass    pass      pass
health.history            401     pass    pass      pass
health.tolerances         401     pass    pass      pass
alerts.list               401     pass    pass      pass
alerts.history            401     pass    pass      pass
alerts.summary            401     pass    pass      pass
alerts.receivers          401     pass    pass      pass
objectives.list           401     pass    pass      pass
objectives.get            401     pass    pass      pass
simulate.request          401     pass    pass      pass
traces.search             401     pass    pass      pass
traces.get                401     pass    pass      pass
traces.similar            401     pass    pass      pass
traces.attributes         401     pass    pass      pass
traces.values             401     pass    pass      pass
logs.list                 401     pass    pass      pass
requests.list             401     pass    pass      pass
requests.search           401     pass    pass      pass
requests.summary          401     pass    pass      pass
requests.differs          401     pass    pass      pass
requests.get              401     pass    pass      pass
requests.explain          401     pass    pass      pass
requests.tap              401     pass    pass      pass
requests.tapHeaders       401     403     pass      pass
requests.shapes           401     pass    pass      pass
requests.totals           401     pass    pass      pass
proxies.list              401     pass    pass      pass
proxies.get               401     pass    pass      pass
proxies.config            401     pass    pass      pass
identity.list             401     pass    pass      pass
identity.revocations      401     pass    pass      pass
identity.revoke           401     403     pass      pass
identity.liftRevocation   401     403     pass      pass
identity.joinTokens       401     403     pass      pass
identity.createJoinToken  401     403     pass      pass
identity.revokeJoinToken  401     403     pass      pass
authentication.get        401     pass    pass      pass
limitUse.get              401     pass    pass      pass
gateways.list             401     pass    pass      pass
credentials.list          401     pass    pass      pass
credentials.put           401     403     pass      pass
credentials.remove        401     403     pass      pass
limits.rules              401     pass    pass      pass
limits.consumers          401     403     pass      pass
limits.ofConsumer         401     403     pass      pass
limits.consumer           401     403     pass      pass
limits.topUp              401     403     pass      pass
limits.reset              401     403     pass      pass
access.apiTokens          401     403     403       pass
access.createApiToken     401     403     403       pass
access.revokeApiToken     401     403     403       pass
access.audit              401     403     pass      pass
access.refusals           401     403     pass      pass
access.storage            401     pass    pass      pass
access.setRetention       401     403     403       pass
access.redaction          401     pass    pass      pass
access.setRedaction       401     403     403       pass
`;

export type Standing = "nobody" | "viewer" | "operator" | "admin";

/** Procedure → standing → "401", "403" or "pass". */
export const ACCESS_TABLE: ReadonlyMap<string, Readonly<Record<Standing, string>>> = new Map(
  TABLE.trim()
    .split("\n")
    .slice(1)
    .map((line) => {
      const [procedure = "", nobody = "", viewer = "", operator = "", admin = ""] = line.split(/\s+/);
      return [procedure, { nobody, viewer, operator, admin }];
    }),
);

/**
 * How a call without input ended, in the words of the table. The access check stands before the input is read, so a call
 * that is let in ends well or with BAD_REQUEST; every other end is given as it is and fits no cell.
 */
export function readAnswer(code: string | undefined): string {
  if (code === undefined || code === "BAD_REQUEST") return "pass";
  if (code === "UNAUTHORIZED") return "401";
  return code === "FORBIDDEN" ? "403" : code;
}
