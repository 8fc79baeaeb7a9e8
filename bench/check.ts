import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseAllDocuments } from "yaml";
import { analyzeAlone } from "#cli/commands/analyze-alone.ts";
import { readChanges } from "#cli/commands/read-changes.ts";
import { parseDocuments } from "#core/resource/parse-documents.ts";
import { readFlags } from "./read-flags.ts";
import { printReport } from "./report.ts";

const RESOURCES_OF_SERVICE = 5;
const SERVICES_OF_NAMESPACE = 50;

/** A service as people have them, with a rule of each sort. */
function writeService(index: number): string {
  const namespace = `team-${Math.floor(index / SERVICES_OF_NAMESPACE)}`;
  const host = `s${index}.${namespace}.svc.cluster.local`;
  return `apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: { name: s${index}, namespace: ${namespace} }
spec:
  hosts: [${host}]
  location: MESH_INTERNAL
  resolution: STATIC
  ports: [{ number: 80, name: http, protocol: HTTP }]
  endpoints:
    - { address: 10.${index >> 8}.${index & 255}.1, labels: { app: s${index}, version: v1 } }
    - { address: 10.${index >> 8}.${index & 255}.2, labels: { app: s${index}, version: v2 } }
---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: s${index}, namespace: ${namespace} }
spec:
  host: s${index}
  trafficPolicy: { connectionPool: { http: { http1MaxPendingRequests: 100 } }, outlierDetection: { consecutive5xxErrors: 5 } }
  subsets: [{ name: v1, labels: { version: v1 } }, { name: v2, labels: { version: v2 } }]
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: s${index}, namespace: ${namespace} }
spec:
  hosts: [s${index}]
  http:
    - match: [{ headers: { x-user: { exact: jason } } }, { uri: { prefix: /beta } }]
      route: [{ destination: { host: s${index}, subset: v2 } }]
    - retries: { attempts: 2, perTryTimeout: 2s }
      route:
        - { destination: { host: s${index}, subset: v1 }, weight: 90 }
        - { destination: { host: s${index}, subset: v2 }, weight: 10 }
---
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: { name: s${index}, namespace: ${namespace} }
spec:
  selector: { matchLabels: { app: s${index} } }
  rules:
    - from: [{ source: { namespaces: [${namespace}] } }]
      to: [{ operation: { methods: [GET, POST], paths: ["/api/*"] } }]
---
apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata: { name: s${index}, namespace: ${namespace} }
spec: { selector: { matchLabels: { app: s${index} } }, mtls: { mode: STRICT } }
`;
}

interface Spent {
  readonly wallS: number;
  readonly cpuS: number;
}

function spend(work: () => void): Spent {
  const [before, startMs] = [process.cpuUsage(), performance.now()];
  work();
  const { user, system } = process.cpuUsage(before);
  return { wallS: (performance.now() - startMs) / 1000, cpuS: (user + system) / 1e6 };
}

/** What reading a directory costs, one file a service: validating each resource, and finding what is wrong with all of them together. */
export function run(args: readonly string[]): Promise<void> {
  const values = readFlags(args, { resources: "5000" });
  const services = Math.ceil(Number(values.resources) / RESOURCES_OF_SERVICE);
  const dir = mkdtempSync(join(tmpdir(), "pharos-check-"));
  try {
    for (let index = 0; index < services; index += 1) {
      const below = join(dir, `team-${Math.floor(index / SERVICES_OF_NAMESPACE)}`);
      mkdirSync(below, { recursive: true });
      writeFileSync(join(below, `s${index}.yaml`), writeService(index));
    }
    let refused = 0;
    let found = 0;
    const validate = spend(() => {
      for (const { text, file, namespace } of readChanges([dir], undefined))
        refused += parseDocuments(text, { file, defaultNamespace: namespace }).diagnostics.length;
    });
    const analyze = spend(() => {
      found = analyzeAlone(readChanges([dir], undefined)).findings.length;
    });
    const parse = spend(() => {
      for (let index = 0; index < services; index += 1)
        parseAllDocuments(writeService(index)).map((each) => each.toJS());
    });
    const rows = { validate, analyze, "read as YAML alone": parse };
    printReport(values.output, rows, {
      title: `${services * RESOURCES_OF_SERVICE} resources in ${services} files`,
      sides: ["wall s", "CPU s"],
      rows: Object.entries(rows).map(([what, { wallS, cpuS }]) => ({ what, values: [wallS, cpuS] })),
      notes: [`${refused} refusals, ${found} findings; each is the first of its sort in this process`],
    });
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
  return Promise.resolve();
}
