import { X } from 'lucide-react';
import { Button } from '../components/button.tsx';
import { IconButton } from '../components/icon-button.tsx';
import { useText } from '../i18n/text.ts';
import { useNotices } from '../stores/stores.ts';
import './notices.css';

/** The region exists before its first notice, else screen readers would miss it. */
export function Notices() {
  const text = useText();
  const shown = useNotices((notices) => notices.shown);
  const dismiss = useNotices((notices) => notices.dismiss);
  return (
    <div className="notices" role="status" aria-live="polite">
      {shown.map(({ id, tone, title, body, action }) => (
        <div key={id} className={`notice notice-${tone}`}>
          <div className="notice-words">
            <p className="notice-title">{title}</p>
            {body === undefined ? null : <p>{body}</p>}
          </div>
          {action ? (
            <Button
              look="quiet"
              onPress={() => {
                action.run();
                dismiss(id);
              }}
            >
              {action.label}
            </Button>
          ) : null}
          <IconButton label={text('action.dismiss')} onPress={() => dismiss(id)}>
            <X size={16} aria-hidden="true" />
          </IconButton>
        </div>
      ))}
    </div>
  );
}
