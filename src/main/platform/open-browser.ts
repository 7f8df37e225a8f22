import { shell } from 'electron';
import { TeachifyError } from '../../shared/errors.ts';

/**
 * Opens a page of a school in the student's own browser. Only this school's own addresses, over https, or over http where
 * the school itself was chosen so. Throws forbidden for everything else.
 */
export async function openBrowser(address: string, server: string): Promise<void> {
  const url = URL.parse(address);
  const isOurs = url !== null && /^https?:$/.test(url.protocol) && !url.username && !url.password && url.origin === URL.parse(server)?.origin;
  if (!isOurs) throw new TeachifyError('forbidden', 'This address is not opened');
  await shell.openExternal(url.href);
}
