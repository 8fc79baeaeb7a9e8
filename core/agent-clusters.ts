/** By which a proxy reaches its agent: its bootstrap has them, and nothing that it is given may lead there. */
export const AGENT_CLUSTERS = {
  xds: "xds-agent",
  secrets: "sds-grpc",
  spans: "spans-agent",
  limits: "limits-agent",
} as const;
