import { useText } from '../../../i18n/text.ts';
import { BareStage } from './bare-stage.tsx';

export function OpeningScreen({ title }: { title: string }) {
  const text = useText();
  return (
    <BareStage title={title}>
      <p className="player-word" role="status">
        <span className="player-spinner" aria-hidden="true" />
        {text('player.opening')}
      </p>
    </BareStage>
  );
}
