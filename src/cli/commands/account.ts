import { TeachifyError } from '../../shared/errors.ts';
import { withCore, type Context } from '../context.ts';

interface Credentials {
  readonly email: string | undefined;
  readonly password: string | undefined;
}

/** Signs in and keeps the session in the system's keyring, where there is one. */
export function login(context: Context, { email, password }: Credentials): Promise<void> {
  return withCore(context, async ({ accounts }) => {
    if (!email || !password) throw new TeachifyError('wrong_credentials', 'E-mail (--email or TEACHIFY_EMAIL) and password (on standard input or in TEACHIFY_PASSWORD) are needed');
    // Who types an address whole means it.
    if (context.serverUrl) await accounts.checkServer(context.serverUrl, { unencrypted: true });
    const { student, server, tokenStorage } = await accounts.signIn(email, password);
    const kept = tokenStorage === 'keychain' ? '' : ' No keyring here that lasts, so the session ends with this command: set TEACHIFY_EMAIL and TEACHIFY_PASSWORD, or TEACHIFY_ACCESS_TOKEN, for the next ones.';
    context.output.tell('signed_in', { studentId: student?.id, name: student?.name, server: server.url, kept: tokenStorage === 'keychain' }, `Signed in as ${student?.name} at ${server.url}.${kept}`);
  });
}

export function logout(context: Context): Promise<void> {
  return withCore(context, async ({ accounts }) => {
    await accounts.signOut();
    context.output.tell('signed_out', {}, 'Signed out. What is on this computer and what waits to be sent stays.');
  });
}
