import { app, type Session, type WebContents } from 'electron';
import { appOrigin } from '../platform/app-protocol.ts';

/** What the player may ask of the system. */
const allowedPermissions: ReadonlySet<string> = new Set(['fullscreen']);

/** Navigation, new windows, webviews, downloads and permissions: denied unless named here. */
export function lockDown(session: Session): void {
  session.setPermissionRequestHandler((contents, permission, answer) => answer(isOurs(contents) && allowedPermissions.has(permission)));
  session.setPermissionCheckHandler((contents, permission) => contents !== null && isOurs(contents) && allowedPermissions.has(permission));
  session.setDevicePermissionHandler(() => false);
  session.on('will-download', (event) => event.preventDefault());
  app.on('web-contents-created', (_, contents) => {
    contents.on('will-navigate', (event) => event.preventDefault());
    contents.on('will-redirect', (event) => event.preventDefault());
    contents.on('will-frame-navigate', (event) => event.preventDefault());
    contents.on('will-attach-webview', (event) => event.preventDefault());
    contents.setWindowOpenHandler(() => ({ action: 'deny' }));
  });
}

function isOurs(contents: WebContents): boolean {
  return contents.getURL().startsWith(`${appOrigin}/`);
}
