/**
 * The resources of a service inside the mesh, as text: `NAME.default.svc.cluster.local` on port 9080, and its group
 * `NAME-v1` of account NAME. `labels` are the group's, "key: value, …"; the service is that of label app.
 */
export function serviceText(name: string, labels = `app: ${name}`): string {
  return `
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: { name: ${name}, namespace: default }
spec:
  hosts: [${name}.default.svc.cluster.local]
  location: MESH_INTERNAL
  resolution: STATIC
  ports: [{ number: 9080, name: http, protocol: HTTP }]
  workloadSelector: { labels: { app: ${name} } }
---
apiVersion: networking.istio.io/v1
kind: WorkloadGroup
metadata: { name: ${name}-v1, namespace: default }
spec: { metadata: { labels: { ${labels} } }, template: { serviceAccount: ${name} } }
`;
}
