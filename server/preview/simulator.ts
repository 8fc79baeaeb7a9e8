import { formatSpiffeId } from "#core/identity/spiffe-id.ts";
import type { WorkloadInstance } from "#core/registry/instance.ts";
import type { Snapshot } from "#core/registry/snapshot.ts";
import type { Party } from "#core/simulate/call.ts";
import type { Endpoint } from "#core/simulate/cluster.ts";
import type { Outcomes } from "#core/simulate/outcome.ts";
import { ProxyImage } from "#core/simulate/proxy-image.ts";
import { enterProxy, type Question } from "#core/simulate/question.ts";
import { simulateCall } from "#core/simulate/simulate-call.ts";
import type { TokenTrust } from "#core/simulate/tokens/token-trust.ts";
import type { ProxyNode } from "#core/xds/layer.ts";
import { verifySignature } from "#node/verify-signature.ts";
import { Compiler } from "#server/envoy/create-compiler.ts";
import type { Hash } from "#server/envoy/encode.ts";

/** A request, from one proxy. */
export interface SimulatedQuestion extends Question {
  /** Id of the calling sidecar, or of the gateway that is called. */
  readonly from: string;
}

const TRUST: TokenTrust = { nowMs: () => Date.now(), verify: verifySignature };

/** Answers what would come of requests under one state of the configuration; compiles for the proxies that they meet, and no others. */
export class Simulator {
  readonly #snapshot: Snapshot;
  readonly #compiler: Compiler;
  readonly #nodes: readonly ProxyNode[];
  readonly #parties = new Map<string, Party>();
  #instances: ReadonlyMap<string, WorkloadInstance> | undefined;

  constructor(snapshot: Snapshot, nodes: readonly ProxyNode[], hash: Hash) {
    this.#snapshot = snapshot;
    this.#compiler = new Compiler(snapshot, hash);
    this.#nodes = nodes;
  }

  /** Throws "invalid" for a question that comes to no listener. */
  ask(node: ProxyNode, question: Question): Outcomes {
    const from = this.#party(node);
    return simulateCall({
      from,
      ...enterProxy(from.image, node, question),
      partyAt: (endpoint) => this.#partyAt(endpoint),
      // Instances of a workload have the same configuration.
      groupOf: ({ workload, address, port, socketMatch }) =>
        workload === undefined ? `${address}:${port}` : `${workload} ${[...socketMatch].join()}`,
    });
  }

  #party(node: ProxyNode): Party {
    const known = this.#parties.get(node.id);
    if (known !== undefined) return known;
    const { namespace, name } = node;
    const instance = this.#snapshot.instances.find((each) => each.namespace === namespace && each.name === name);
    const serviceAccount = instance?.serviceAccount ?? node.metadata.SERVICE_ACCOUNT;
    const uri = formatSpiffeId({ trustDomain: this.#snapshot.mesh.trustDomain, namespace, serviceAccount });
    const made: Party = {
      name: node.id,
      image: new ProxyImage(this.#compiler.open(node).layers, TRUST),
      certificate: { uris: [uri], dnsNames: [], subject: "" },
      address: instance?.address ?? node.address,
    };
    this.#parties.set(node.id, made);
    return made;
  }

  #partyAt({ address, port }: Endpoint): Party | undefined {
    this.#instances ??= new Map(
      this.#snapshot.instances.flatMap((each) =>
        each.ports.map(({ inboundPort }) => [`${each.address} ${inboundPort}`, each] as const),
      ),
    );
    const instance = this.#instances.get(`${address} ${port}`);
    const node = this.#nodes.find(({ namespace, name }) => namespace === instance?.namespace && name === instance.name);
    return node === undefined || node.metadata.GENERATOR === "grpc" ? undefined : this.#party(node);
  }
}
