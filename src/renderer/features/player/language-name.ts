/** A language by its own name, as those who speak it look for it: `français`, `العربية`. The tag itself where nobody knows it. */
export function languageName(tag: string): string {
  try {
    return new Intl.DisplayNames([tag], { type: 'language', fallback: 'code' }).of(tag) ?? tag;
  } catch {
    return tag; // no BCP 47 tag
  }
}
