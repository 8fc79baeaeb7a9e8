import type { DraftOffer } from "#components/editor/use-draft.ts";
import { Button } from "#components/ui/button.tsx";
import { Notice } from "#components/ui/notice.tsx";

/** An earlier edit stands where a task was to begin: people choose, and lose neither. */
export function DraftOfferNotice({ offer }: { readonly offer: DraftOffer }) {
  if (offer.kind === "replaced")
    return (
      <Notice
        tone="accent"
        role="status"
        className="mb-4"
        title="Your earlier edit is set aside"
        actions={
          <Button size="sm" onClick={offer.restore}>
            Bring it back
          </Button>
        }
      >
        It can be brought back until you leave this page.
      </Notice>
    );
  return (
    <Notice tone="warn" role="alert" className="mb-4" title="You have an earlier edit of this, and it is what is shown">
      <p>What you opened this page for is not in it yet.</p>
      <div className="mt-2 flex flex-wrap gap-2">
        {offer.add === null ? null : (
          <Button size="sm" variant="primary" onClick={offer.add}>
            Add it to my edit
          </Button>
        )}
        <Button size="sm" onClick={offer.replace}>
          Begin without my edit
        </Button>
        <Button size="sm" variant="ghost" onClick={offer.keep}>
          Go on with my edit alone
        </Button>
      </div>
    </Notice>
  );
}
