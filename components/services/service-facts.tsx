import { CopyButton } from "#components/ui/copy-button.tsx";
import { MtlsBadge } from "#components/ui/mtls-badge.tsx";
import type { ServiceDetail } from "#core/view/service.ts";

/** The line under a service's name. */
export function ServiceFacts({ service }: { readonly service: ServiceDetail }) {
  const ports = service.ports.map(({ number, protocol }) => `${number} ${protocol}`).join(", ");
  return (
    <span className="flex flex-wrap items-center gap-x-3 gap-y-1">
      <span className="inline-flex items-center">
        <code className="font-mono text-xs">{service.host}</code>
        <CopyButton text={service.host} label="Copy the host name" />
      </span>
      <span>{ports === "" ? "no ports" : ports}</span>
      <span>{whoAnswers(service)}</span>
      <span className="inline-flex items-center gap-1.5">
        mTLS <MtlsBadge mode={service.mtls} />
      </span>
    </span>
  );
}

function whoAnswers({ instances, written }: ServiceDetail): string {
  const counted = (count: number, one: string): string => `${count} ${count === 1 ? one : `${one}s`}`;
  if (written.length === 0) return counted(instances, "instance");
  const endpoints = counted(written.length, "written endpoint");
  return instances === 0 ? endpoints : `${counted(instances, "instance")}, ${endpoints}`;
}
