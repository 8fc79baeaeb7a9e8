"use client";
import { ResourceEditor } from "#components/editor/resource-editor.tsx";
import { ResourcePage } from "#components/editor/resource-page.tsx";
import { RoutingEditor } from "#components/traffic/routing-editor.tsx";

const SECTION = { label: "Traffic", href: "/traffic" };

/** One resource of the traffic configuration, to read and to edit. */
export function TrafficResourcePage({ reference }: { readonly reference: string }) {
  return (
    <ResourcePage
      reference={reference}
      section={SECTION}
      drawEditor={(input, kind) =>
        kind === "VirtualService" ? (
          <RoutingEditor {...input} />
        ) : (
          <ResourceEditor label={input.label} initial={input.initial} backHref={SECTION.href} />
        )
      }
    />
  );
}
