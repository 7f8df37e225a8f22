import { FuseState, FuseV1Options, FuseVersion, getCurrentFuseWire } from '@electron/fuses';

/**
 * What a packaged app may do besides being itself: nothing. Tests alone get a debugger in.
 * @param {{ forTests: boolean, platform: NodeJS.Platform }} options
 */
export function fusesOf({ forTests, platform }) {
  return {
    version: FuseVersion.V1,
    [FuseV1Options.RunAsNode]: false,
    [FuseV1Options.EnableCookieEncryption]: true,
    [FuseV1Options.EnableNodeOptionsEnvironmentVariable]: forTests,
    [FuseV1Options.EnableNodeCliInspectArguments]: forTests,
    // Linux has no such check.
    ...(platform === 'linux' ? {} : { [FuseV1Options.EnableEmbeddedAsarIntegrityValidation]: true }),
    [FuseV1Options.OnlyLoadAppFromAsar]: true,
    [FuseV1Options.GrantFileProtocolExtraPrivileges]: false,
  };
}

/** Reads the fuses back from the program and throws when one stands otherwise. */
export async function requireFuses(executable, options) {
  const wire = await getCurrentFuseWire(executable);
  const { version: _, ...wanted } = fusesOf(options);
  const wrong = Object.entries(wanted).filter(([fuse, on]) => wire[fuse] !== (on ? FuseState.ENABLE : FuseState.DISABLE));
  if (wrong.length > 0) throw new Error(`These fuses do not stand as they should: ${wrong.map(([fuse]) => FuseV1Options[fuse]).join(', ')}`);
}
