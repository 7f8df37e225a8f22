const flag = '--cli';

/** What follows `--cli`; null when the app was started as an app. */
export function commandLine(argv: readonly string[]): readonly string[] | null {
  const at = argv.indexOf(flag);
  return at < 0 ? null : argv.slice(at + 1);
}
