/** The mark: a lighthouse's lamp and its beam. */
export function LogoMark({ className }: { readonly className?: string }) {
  return (
    <svg viewBox="0 0 24 24" aria-hidden className={className} fill="none">
      <path d="M10.2 9.2 9 21h6l-1.2-11.8" stroke="currentColor" strokeWidth="1.8" strokeLinejoin="round" />
      <path d="M7.5 21h9" stroke="currentColor" strokeWidth="1.8" strokeLinecap="round" />
      <path d="M9.6 15.2h4.8" stroke="currentColor" strokeWidth="1.6" />
      <circle cx="12" cy="6" r="2.5" fill="var(--lamp)" />
      <path
        d="M7.2 4.6 2.5 3M7.2 7.4 2.5 9M16.8 4.6 21.5 3M16.8 7.4l4.7 1.6"
        stroke="var(--lamp)"
        strokeWidth="1.7"
        strokeLinecap="round"
      />
    </svg>
  );
}
