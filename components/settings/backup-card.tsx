"use client";
import { useMay } from "#components/editor/use-may.ts";
import { buttonClass } from "#components/ui/button.tsx";
import { Card } from "#components/ui/card.tsx";

/** A copy of all there is, for who may make API tokens anyway: it holds every key. */
export function BackupCard() {
  const may = useMay("access.createApiToken");
  return (
    <Card
      title="Backup"
      description="all stores and keys, each as it is at one moment, while they are used; who has the file has the mesh's root key"
    >
      <div className="flex flex-wrap items-center gap-3 text-sm">
        {may.isAllowed ? (
          <a href="/api/backup" download className={buttonClass("secondary")}>
            Download
          </a>
        ) : (
          <p className="text-muted">{may.reason}</p>
        )}
        <span className="text-muted">
          or <code>pharos backup FILE</code>, which reads it back; <code>pharos restore FILE --dir DIR</code> makes a
          data directory of it
        </span>
      </div>
    </Card>
  );
}
