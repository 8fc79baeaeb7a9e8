import type { Explained } from "#testing/oracle/explained-difference.ts";

/** Applications that are connected to otherwise on purpose. */
export const EXPLAINED_INBOUND: readonly Explained[] = [
  {
    area: "inbound",
    why: "settings of HTTP do nothing at a port of TCP",
    what: /^pooled\.typedExtensionProtocolOptions: here undefined, in Istio /,
    text: /protocol: (?:TCP|TLS|MONGO)[\s\S]*onnectionPool:/,
  },
  {
    area: "inbound",
    why: "settings of HTTP/2 hold for what callers speak",
    what: /useDownstreamProtocolConfig\.http2ProtocolOptions\.(?:connectionKeepalive|maxConcurrentStreams): here .*, in Istio undefined$/,
    text: /http2KeepAlive|maxConcurrentStreams/,
  },
  {
    area: "inbound",
    why: "a rule's settings for a port of the service hold for it where a Sidecar says what answers there too",
    what: /^pooled\./,
    where: /^port 8080$/,
    text: /^kind: Sidecar$[\s\S]*^ {2}ingress:$[\s\S]*^ +portLevelSettings:$/m,
  },
];
