import { useEffect, useRef } from 'react';
import { useText } from '../i18n/text.ts';
import { useConnection, useNotices } from '../stores/stores.ts';

/** Says once when the line comes back; that it went is said by the banner. */
export function useConnectionNotice(): void {
  const text = useText();
  const status = useConnection((connection) => connection.state.status);
  const show = useNotices((notices) => notices.show);
  const wasOffline = useRef(false);
  useEffect(() => {
    if (status === 'online' && wasOffline.current) show({ tone: 'plain', title: text('connection.backOnline') }, 4000);
    if (status !== 'checking') wasOffline.current = status === 'offline';
  }, [status, show, text]);
}
