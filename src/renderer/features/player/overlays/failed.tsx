import { TriangleAlert } from 'lucide-react';
import type { ErrorCode } from '../../../../shared/errors.ts';
import { Button } from '../../../components/button.tsx';
import { errorWords } from '../../../i18n/errors.ts';
import { useText } from '../../../i18n/text.ts';
import { RepairButton } from './repair-button.tsx';

/** It cannot be played: why, that the place is kept, and what may mend it. */
export function Failed({ code, onOpenAgain }: { code: ErrorCode; onOpenAgain: () => void }) {
  const text = useText();
  const words = errorWords(text, code);
  return (
    <div className="player-overlay" role="alert">
      <div className="player-card">
        <TriangleAlert size={28} aria-hidden="true" />
        <h2>{words.title}</h2>
        <p>{words.body}</p>
        <div className="player-card-actions">
          <Button look="primary" onPress={onOpenAgain}>
            {text('action.retry')}
          </Button>
          <RepairButton onChecked={onOpenAgain} />
        </div>
      </div>
    </div>
  );
}
