import { type Cause, explainedBy, hasMember, withMembers, withoutMembers } from "#testing/oracle/without-causes.ts";

export const FOR_HTTP2 = ["http2KeepAlive", "maxConcurrentStreams"];
/** What becomes of options of HTTP in Istio, some in `tcp`. Limits of a pool hold for TCP too. */
const FOR_HTTP = [
  ...FOR_HTTP2,
  "idleTimeout",
  "maxConnectionDuration",
  "maxRequestsPerConnection",
  "h2UpgradePolicy",
  "useClientProtocol",
];
/** The service's port, and the one that it has its calls taken at. */
const [PORT, TARGET_PORT] = [80, 8080];

interface PortSettings {
  readonly port: { readonly number: number };
}

/** What has applications be connected to otherwise on purpose. */
export const INBOUND_CAUSES: readonly Cause[] = [
  {
    why: "settings of HTTP do nothing at a port of TCP",
    where: /^port \d+ (?:(?:mtls|plain) tcp(?:, |$))+$/,
    isIn: (documents) => FOR_HTTP.some((each) => hasMember(documents, each)),
    inIstio: (documents) => withoutMembers(documents, FOR_HTTP),
  },
  {
    why: "settings of HTTP/2 hold for what callers speak",
    isIn: (documents) => FOR_HTTP2.some((each) => hasMember(documents, each)),
    here: (documents) => withoutMembers(documents, FOR_HTTP2),
  },
  {
    why: "a rule's settings for a port of the service hold for it where a Sidecar says what answers there too",
    isIn: (documents) => hasMember(documents, "ingress") && hasMember(documents, "portLevelSettings"),
    inIstio: (documents) =>
      withMembers(documents, (name, value) => {
        if (name !== "portLevelSettings") return value;
        return (value as readonly PortSettings[]).map((each) =>
          each.port.number === PORT ? { ...each, port: { number: TARGET_PORT } } : each,
        );
      }),
  },
];

/** Applications that are connected to otherwise on purpose. */
export const EXPLAINED_INBOUND = explainedBy("inbound", INBOUND_CAUSES);
