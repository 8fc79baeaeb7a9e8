import { type Diagnostic, errorAt, warningAt } from "#core/diagnostic.ts";
import type { ServiceEntrySpec } from "#core/kinds/service-entry/schema.ts";
import { validateExportTo } from "#core/kinds/validate-export-to.ts";
import { validateWorkloadEntry } from "#core/kinds/workload-entry/validate.ts";
import { checkHostName } from "#core/schema/host-name.ts";
import { isFixedAddress, isIpAddress, isSocketPath } from "#core/schema/ip-address.ts";
import { whyNoServiceAddress } from "#core/schema/service-address.ts";

export function validateServiceEntry(spec: ServiceEntrySpec, namespace: string): Diagnostic[] {
  return [
    ...validateHosts(spec),
    ...validatePorts(spec),
    ...validateEndpoints(spec),
    ...validateResolution(spec),
    ...validateSeveralHosts(spec),
    ...validateAddresses(spec),
    ...validateExportTo(spec.exportTo, namespace, true),
  ];
}

function validateHosts(spec: ServiceEntrySpec): Diagnostic[] {
  const issues: Diagnostic[] = [];
  spec.hosts.forEach((host, index) => {
    const path = ["spec", "hosts", index];
    if (host === "*") issues.push(errorAt(path, "bad-value", "* names no service"));
    if (spec.hosts.indexOf(host) < index)
      issues.push(warningAt(path, "duplicate-value", `${host} appears twice`, "remove one"));
  });
  return issues;
}

function validatePorts(spec: ServiceEntrySpec): Diagnostic[] {
  const issues: Diagnostic[] = [];
  const names = new Set<string>();
  const numbers = new Set<number>();
  (spec.ports ?? []).forEach((port, index) => {
    const path = ["spec", "ports", index];
    if (names.has(port.name))
      issues.push(errorAt([...path, "name"], "duplicate-value", `the port name ${port.name} appears twice`));
    if (numbers.has(port.number))
      issues.push(errorAt([...path, "number"], "duplicate-value", `the port ${port.number} appears twice`));
    if (port.protocol?.toUpperCase() === "UDP")
      issues.push(
        warningAt(
          [...path, "protocol"],
          "no-effect",
          "UDP is not proxied: the port is left out, as in Istio",
          "remove it",
        ),
      );
    names.add(port.name);
    numbers.add(port.number);
  });
  if (numbers.size === 0)
    issues.push(warningAt(["spec"], "no-ports", "the service has no ports, so nothing reaches it", "add ports"));
  return issues;
}

/** HTTP has the host in each request and TLS in its first bytes; other protocols do not say which of the hosts is meant. */
const NAMES_ITS_HOST = new Set(["HTTP", "HTTP2", "HTTP_PROXY", "GRPC", "GRPC-WEB", "HTTPS", "TLS"]);

function validateSeveralHosts(spec: ServiceEntrySpec): Diagnostic[] {
  if (spec.hosts.length < 2 || (spec.resolution ?? "NONE") === "NONE") return [];
  return (spec.ports ?? []).flatMap(({ protocol, name }, index) =>
    NAMES_ITS_HOST.has((protocol ?? "").toUpperCase())
      ? []
      : [
          errorAt(
            ["spec", "ports", index],
            "conflicting-fields",
            `several hosts share the port ${name}, and ${protocol ?? "a port without protocol"} does not say which of them a connection is for`,
            "write one ServiceEntry for each host, or give the port the protocol HTTP or TLS",
          ),
        ],
  );
}

function validateAddresses({ addresses = [], resolution = "NONE" }: ServiceEntrySpec): Diagnostic[] {
  return addresses.flatMap((address, index): Diagnostic[] => {
    const path = ["spec", "addresses", index];
    const why = whyNoServiceAddress(address);
    if (why !== undefined)
      return [
        errorAt(
          path,
          "bad-value",
          `${address} ${why}, and leads to no one service`,
          "write an address or a range that is the service's own, or leave addresses out",
        ),
      ];
    if (resolution === "DYNAMIC_DNS")
      return [
        errorAt(
          path,
          "conflicting-fields",
          `${address} is one place, and the resolution DYNAMIC_DNS goes where each call names`,
          "leave addresses out",
        ),
      ];
    if (address.includes("/") && resolution.startsWith("DNS"))
      return [
        errorAt(
          path,
          "conflicting-fields",
          `${address} is a range, and the resolution ${resolution} goes elsewhere than where the caller says`,
          "write an address, or set resolution: NONE or STATIC",
        ),
      ];
    return addresses.indexOf(address) < index
      ? [warningAt(path, "duplicate-value", `${address} appears twice`, "remove one")]
      : [];
  });
}

function validateEndpoints(spec: ServiceEntrySpec): Diagnostic[] {
  const issues: Diagnostic[] = [];
  const portNames = new Set((spec.ports ?? []).map((port) => port.name));
  if (spec.endpoints !== undefined && spec.workloadSelector !== undefined) {
    issues.push(
      errorAt(["spec", "workloadSelector"], "conflicting-fields", "endpoints are written out or selected, not both"),
    );
  }
  (spec.endpoints ?? []).forEach((endpoint, index) => {
    const path = ["spec", "endpoints", index];
    issues.push(...validateWorkloadEntry(endpoint, path, true));
    for (const name of Object.keys(endpoint.ports ?? {})) {
      if (!portNames.has(name))
        issues.push(
          errorAt(
            [...path, "ports", name],
            "unknown-port",
            `the service has no port named ${name}`,
            `its ports are ${[...portNames].join(", ") || "none"}`,
          ),
        );
    }
    if (spec.resolution === "STATIC" && endpoint.address !== undefined && !isFixedAddress(endpoint.address)) {
      issues.push(
        errorAt(
          [...path, "address"],
          "bad-value",
          `${endpoint.address} is a name, and the resolution STATIC takes addresses`,
          "use the resolution DNS",
        ),
      );
    }
    if (endpoint.address !== undefined && isSocketPath(endpoint.address) && spec.ports?.length !== 1)
      issues.push(
        errorAt(
          [...path, "address"],
          "conflicting-fields",
          `a Unix socket answers one port, and the service has ${spec.ports?.length ?? 0}`,
        ),
      );
    if (spec.resolution?.startsWith("DNS") && endpoint.address?.startsWith("unix://")) {
      issues.push(
        errorAt([...path, "address"], "bad-value", "a Unix socket is not resolved by DNS", "use the resolution STATIC"),
      );
    }
  });
  return issues;
}

function validateResolution(spec: ServiceEntrySpec): Diagnostic[] {
  const resolution = spec.resolution ?? "NONE";
  const issues: Diagnostic[] = [];
  const endpoints = spec.endpoints ?? [];
  if (resolution === "NONE") {
    if (spec.endpoints !== undefined)
      issues.push(
        errorAt(
          ["spec", "endpoints"],
          "conflicting-fields",
          "the resolution NONE goes where the caller says and takes no endpoints",
          "set resolution: STATIC",
        ),
      );
    if (spec.workloadSelector !== undefined)
      issues.push(
        warningAt(
          ["spec", "workloadSelector"],
          "no-effect",
          "the resolution NONE goes where the caller says; no workload is selected",
          "set resolution: STATIC",
        ),
      );
  }
  if (resolution === "DYNAMIC_DNS") issues.push(...validateDynamic(spec));
  if (resolution === "DNS_ROUND_ROBIN" && endpoints.length > 1)
    issues.push(
      errorAt(["spec", "endpoints"], "conflicting-fields", "the resolution DNS_ROUND_ROBIN takes one endpoint"),
    );
  if (resolution.startsWith("DNS")) {
    if (endpoints.length === 0) {
      spec.hosts.forEach((host, index) => {
        // The rule for whole names is stricter than that for hosts: a lone number is a host, and no name to look up.
        if (isIpAddress(host) || checkHostName(host) !== undefined)
          issues.push(
            errorAt(
              ["spec", "hosts", index],
              "bad-value",
              `${host} cannot be looked up: with resolution ${resolution} and no written endpoints it must be a whole name`,
            ),
          );
      });
    }
  }
  return issues;
}

/** Those whose calls say which host they are for. */
const NAMES_EACH = new Set(["HTTP", "HTTP2", "GRPC", "TLS"]);

function validateDynamic({ hosts, ports = [], endpoints, workloadSelector }: ServiceEntrySpec): Diagnostic[] {
  const isPattern = (host: string): boolean => host.startsWith("*");
  return [
    ...hosts.flatMap((host, index) =>
      isPattern(host)
        ? []
        : [
            errorAt(
              ["spec", "hosts", index],
              "bad-value",
              `${host} is one name, and the resolution DYNAMIC_DNS is for those that fit a pattern`,
              `such as *.${host}, or set resolution: DNS`,
            ),
          ],
    ),
    ...ports.flatMap(({ protocol = "" }, index) =>
      NAMES_EACH.has(protocol.toUpperCase())
        ? []
        : [
            errorAt(
              ["spec", "ports", index, "protocol"],
              "conflicting-fields",
              `${protocol || "a port without protocol"} does not say which host a call is for, and the resolution DYNAMIC_DNS goes by that`,
              "set protocol: HTTP, HTTP2, GRPC or TLS",
            ),
          ],
    ),
    ...(endpoints === undefined
      ? []
      : [
          errorAt(
            ["spec", "endpoints"],
            "conflicting-fields",
            "the resolution DYNAMIC_DNS goes where each call names and takes no endpoints",
            "set resolution: STATIC or DNS",
          ),
        ]),
    ...(workloadSelector === undefined
      ? []
      : [
          warningAt(
            ["spec", "workloadSelector"],
            "no-effect",
            "the resolution DYNAMIC_DNS goes where each call names; no workload is selected",
            "set resolution: STATIC",
          ),
        ]),
  ];
}
