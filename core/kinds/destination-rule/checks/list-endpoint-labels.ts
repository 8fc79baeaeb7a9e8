import type { CheckContext } from "#core/check/context.ts";
import { withTopology } from "#core/model/locality.ts";
import type { Service } from "#core/model/service.ts";
import type { Workload } from "#core/model/workload.ts";
import { selectorOf } from "#core/resolve/service.ts";
import type { Labels } from "#core/resource/labels.ts";

/** Of how many it is asked: a group stands for what its instances will be, and is none of them. */
type Standing = readonly Workload["standing"][];
const ALL: Standing = ["registered", "written", "expected"];

/** Labels of each endpoint of a service that is known, those of its locality among them; empty where none is (DNS, nobody registered yet). */
export function listEndpointLabels(
  { select }: Pick<CheckContext, "select">,
  service: Service,
  standings: Standing = ALL,
): Labels[] {
  const { namespace, declarations } = service;
  const selector = selectorOf(service);
  const selected = selector === undefined ? [] : select(selector, namespace);
  const written = declarations.flatMap(({ endpoints }) => endpoints);
  return [...selected, ...written]
    .filter(({ standing }) => standings.includes(standing))
    .map(({ labels, locality }) => withTopology(labels, locality));
}
