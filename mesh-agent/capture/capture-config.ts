import { networkInterfaces } from "node:os";
import ipaddr from "ipaddr.js";
import { z } from "zod";

const port = z.int().min(1).max(65_535);
const id = z.int().min(0).max(4_294_967_294);

const cidr = z.string().refine(isRange, "must be a range of addresses such as 10.0.0.0/8 or fd00::/8");

function isRange(text: string): boolean {
  // As the kernel's tools read it: neither 10.1/16 nor octal, and of no zone.
  return ipaddr.IPv4.isValidCIDRFourPartDecimal(text) || (ipaddr.IPv6.isValidCIDR(text) && !text.includes("%"));
}

/** Its loopback has an address of it. */
function hasIpv6(): boolean {
  return Object.values(networkInterfaces()).some((each) => each?.some(({ address }) => address === "::1"));
}

/** As the kernel names them, 15 characters at most; `*` at the end stands for any more. */
const networkInterface = z
  .string()
  .regex(/^[^\s/"*]{1,15}$|^[^\s/"*]{1,14}\*$/, "must be the name of a network interface, such as docker0 or veth*");

/** Which connections of a network namespace go through its Envoy. Names and meaning as Istio's `traffic.sidecar.istio.io` annotations. */
export const CaptureConfigSchema = z.strictObject({
  /** auto: nftables where there is `nft`, else iptables. */
  mode: z.enum(["auto", "nftables", "iptables"]).default("auto"),
  /** Where outbound connections that are captured go to; absent: anywhere. */
  includeOutboundIPRanges: z.array(cidr).optional(),
  excludeOutboundIPRanges: z.array(cidr).default([]),
  /** Captured wherever they go to, but for what is excluded. */
  includeOutboundPorts: z.array(port).default([]),
  excludeOutboundPorts: z.array(port).default([]),
  /** Of the agent's ports those that are captured; absent: all of them. */
  includeInboundPorts: z.array(port).optional(),
  excludeInboundPorts: z.array(port).default([]),
  excludeInterfaces: z.array(networkInterface).default([]),
  /** Whose connections are left alone, beside the proxy's own. */
  excludeUids: z.array(id).default([]),
  excludeGids: z.array(id).default([]),
  /** IPv6 is captured as IPv4 is; without it new connections of it to captured ports are refused. auto: where the host has it as the agent starts. */
  ipv6: z
    .union([z.boolean(), z.literal("auto")])
    .default("auto")
    .transform((wanted) => (wanted === "auto" ? hasIpv6() : wanted)),
  /** The agent answers DNS for names of the mesh, and what applications ask the host's resolvers comes to it. */
  dns: z.boolean().default(true),
  /** Group that agent and Envoy run as where the agent is root: their own connections are known by it. As Istio's. */
  proxyGid: id.default(1337),
  /**
   * What becomes of captured connections while Envoy or the agent is dead. `closed`: they fail until it is back, for they would
   * leave in plain text. `open`: the rules are removed, and connections go where they were made to.
   */
  whenDead: z.enum(["closed", "open"]).default("closed"),
});

export type CaptureConfig = z.infer<typeof CaptureConfigSchema>;
