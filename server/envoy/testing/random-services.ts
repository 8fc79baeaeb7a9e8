import type { AnyResource } from "#core/resource/resource.ts";
import { DOMAIN, type Draw, exportTo, networking } from "#server/envoy/testing/random-draw.ts";

const LOCALITIES = ["eu/a", "eu/b/1", "eu", "us/a", "us"];

/** What can be called, under which names and addresses, and who answers. */
export const RANDOM_SERVICES: readonly ((draw: Draw) => AnyResource)[] = [
  (draw) =>
    networking("ServiceEntry", draw.service, draw.namespace, {
      hosts: [`${draw.service}.${draw.namespace}.${DOMAIN}`],
      resolution: "STATIC",
      location: draw.rarely(5) ? "MESH_EXTERNAL" : "MESH_INTERNAL",
      ...exportTo(draw, true),
      ports: [
        {
          name: "http",
          number: draw.pick([80, 9080]),
          ...(draw.rarely(4) ? {} : { protocol: draw.pick(["TCP", "TLS", "HTTP", "HTTP", "GRPC"]) }),
        },
      ],
      workloadSelector: { labels: { app: draw.service } },
    }),
  // It adds a port to the one above, where they are alike.
  (draw) =>
    networking("ServiceEntry", `${draw.service}-more`, draw.namespace, {
      hosts: [`${draw.service}.${draw.namespace}.${DOMAIN}.`],
      resolution: "STATIC",
      location: "MESH_INTERNAL",
      ...exportTo(draw),
      ports: [{ name: draw.pick(["more", "http"]), number: 8081, protocol: draw.pick(["HTTP", "TCP", "TLS"]) }],
      workloadSelector: { labels: { app: draw.service } },
    }),
  // The same host from elsewhere, with endpoints that are written down.
  (draw) =>
    networking("ServiceEntry", `${draw.service}-other`, draw.namespace, {
      hosts: [`${draw.service}.default.${DOMAIN}`],
      resolution: draw.pick(["STATIC", "DNS"]),
      location: draw.pick(["MESH_INTERNAL", "MESH_EXTERNAL"]),
      ...exportTo(draw),
      ports: [{ name: "http", number: draw.pick([80, 9080]), protocol: "HTTP", targetPort: 8080 }],
      ...draw.pick<object>([{}, {}, { addresses: [draw.pick(["10.1.0.1", "10.1.0.2"])] }]),
      endpoints: Array.from({ length: 1 + draw.random(3) }, (_, index) => ({
        address: draw.pick([`10.0.0.${index + 1}`, `127.0.0.${index + 1}`]),
        labels: { version: draw.pick(["v0", "v1"]) },
        ...(draw.rarely(2) ? {} : { locality: draw.pick(LOCALITIES) }),
      })),
    }),
  // An alias of whoever is registered there.
  (draw) =>
    networking("ServiceEntry", `${draw.service}-alias`, draw.namespace, {
      hosts: [`${draw.service}.alias.test`],
      resolution: "STATIC",
      ports: [{ name: "http", number: 80, protocol: "HTTP", targetPort: 19_000 + draw.random(3) }],
      endpoints: [{ address: "127.0.0.1" }],
    }),
  // Nobody in the mesh answers for it: it is outside, or its selector names no label.
  (draw) =>
    networking("ServiceEntry", `${draw.service}-nobody`, draw.namespace, {
      hosts: [`${draw.service}.nobody.test`],
      resolution: "STATIC",
      ports: [{ name: "http", number: 80, protocol: "HTTP" }],
      ...draw.pick<object>([{ endpoints: [{ address: "10.0.0.9" }] }, { workloadSelector: { labels: {} } }, {}]),
    }),
  // Callers mean it by where they go, which it says.
  (draw) =>
    networking("ServiceEntry", `${draw.service}-place`, draw.namespace, {
      hosts: [`${draw.service}.place.test`],
      resolution: draw.pick(["STATIC", "NONE"]),
      ...exportTo(draw),
      ports: [{ name: "a", number: draw.pick([80, 9080]), protocol: draw.pick(["TCP", "TLS", "HTTP"]) }],
      addresses: draw.pick([["10.1.0.1"], ["10.1.0.2", "10.2.0.0/16"], ["10.2.3.0/24"], ["2001:db8::1"]]),
    }),
  // Callers mean whom they name of many.
  (draw) =>
    networking("ServiceEntry", `${draw.service}-any`, draw.namespace, {
      hosts: [`*.${draw.service}.any.test`],
      resolution: draw.pick(["DYNAMIC_DNS", "DYNAMIC_DNS", "NONE"]),
      ...exportTo(draw),
      ports: [{ name: "a", number: draw.pick([80, 9080]), protocol: draw.pick(["TLS", "HTTP", "GRPC"]) }],
    }),
  // A host that others have as an address, for those who see it.
  (draw) =>
    networking("VirtualService", `${draw.service}-number`, draw.namespace, {
      hosts: [draw.pick(["10.1.0.1", "10.1.0.2"])],
      ...exportTo(draw),
      http: [{ route: [{ destination: { host: draw.service } }] }],
    }),
  // Its host is a short form of another.
  (draw) =>
    networking("ServiceEntry", `${draw.service}-short`, draw.namespace, {
      hosts: [`${draw.service}.default`],
      resolution: draw.pick(["DNS", "NONE"]),
      ...exportTo(draw, true),
      ports: [{ name: "http", number: 80, protocol: "HTTP" }],
    }),
  (draw) =>
    networking("WorkloadEntry", `${draw.service}-we${draw.random(2)}`, draw.namespace, {
      address: draw.pick(["10.0.0.1", "127.0.0.1", "10.0.0.2"]),
      labels: {
        app: draw.service,
        version: draw.pick(["v0", "v1"]),
        ...(draw.rarely(2) ? { "security.istio.io/tlsMode": "istio" } : {}),
      },
      ...(draw.rarely(2) ? { ports: { http: 9000 + draw.random(2) } } : {}),
      ...(draw.rarely(2) ? { serviceAccount: draw.pick(["a", "b"]) } : {}),
      weight: draw.random(3),
      ...(draw.rarely(2) ? {} : { locality: draw.pick(LOCALITIES) }),
    }),
  // What its object says of itself says more than what it says of the workload.
  (draw) => {
    const entry = networking("WorkloadEntry", `${draw.service}-labelled`, draw.namespace, {
      address: draw.pick(["10.0.0.3", "10.0.0.4"]),
      labels: { app: draw.service, version: "v0" },
    });
    const labels = draw.pick([{ version: "v1" }, { app: `s${draw.random(4)}` }]);
    return { ...entry, metadata: { ...entry.metadata, labels } };
  },
];
