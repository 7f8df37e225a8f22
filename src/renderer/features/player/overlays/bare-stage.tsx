import { ArrowLeft } from 'lucide-react';
import type { ReactNode } from 'react';
import { IconButton } from '../../../components/icon-button.tsx';
import { useText } from '../../../i18n/text.ts';
import { useNavigation } from '../../../stores/stores.ts';

/** The player's room without a lesson in it. */
export function BareStage({ title, children }: { title: string; children: ReactNode }) {
  const text = useText();
  const back = useNavigation((navigation) => navigation.back);
  return (
    <main className="player on-stage" aria-label={text('player.label')}>
      <div className="player-stage">
        <div className="player-overlay">{children}</div>
        <header className="player-top player-bar">
          <IconButton label={text('nav.back')} onPress={back}>
            <ArrowLeft className="mirrored" size={20} aria-hidden="true" />
          </IconButton>
          <div className="player-titles">
            <h1>{title}</h1>
          </div>
        </header>
      </div>
    </main>
  );
}
