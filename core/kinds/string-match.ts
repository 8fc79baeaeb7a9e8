/** At most one of the three; `{}` means "present" where a map of headers or parameters holds it. Regexes are RE2. */
export interface StringMatch {
  readonly exact?: string;
  readonly prefix?: string;
  readonly regex?: string;
}
