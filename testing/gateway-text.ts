const HTTP = '{ port: { number: 80, name: http, protocol: HTTP }, hosts: ["*"] }';

export interface GatewayTextOptions {
  /** The one host of the VirtualService. */
  readonly host: string;
  /** Where all requests go: the destination, as YAML. */
  readonly to: string;
  /** Each as YAML; one for HTTP of every host on port 80 when left out. */
  readonly servers?: readonly string[];
}

/** The resources of gateway default/shop and of the one route behind it, as text. */
export function gatewayText({ host, to, servers = [HTTP] }: GatewayTextOptions): string {
  return `
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: { name: shop, namespace: default }
spec: { selector: { istio: ingressgateway }, servers: [${servers.join(", ")}] }
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: shop, namespace: default }
spec: { hosts: ["${host}"], gateways: [./shop], http: [{ route: [{ destination: { ${to} } }] }] }
`;
}
