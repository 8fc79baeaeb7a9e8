"use client";
import { Target } from "lucide-react";
import { newHref } from "#components/format/new-href.ts";
import { ObjectivesCard } from "#components/objectives/objectives-card.tsx";
import { ButtonLink } from "#components/ui/button.tsx";
import { Page } from "#components/ui/page.tsx";
import { PageHeader } from "#components/ui/page-header.tsx";

/** What was promised to callers, and how much may still fail. */
export function ObjectivesPage() {
  return (
    <Page>
      <PageHeader
        title="Objectives"
        description="What was promised to callers, and how much of it may still fail"
        actions={
          <ButtonLink variant="primary" href={newHref("Objective")}>
            <Target aria-hidden /> New Objective
          </ButtonLink>
        }
      />
      <ObjectivesCard />
    </Page>
  );
}
