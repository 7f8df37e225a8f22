import { Maximize, Minimize, PictureInPicture2 } from 'lucide-react';
import { useRef } from 'react';
import { I18nProvider } from 'react-aria-components/I18nProvider';
import { IconButton } from '../../../components/icon-button.tsx';
import { useText } from '../../../i18n/text.ts';
import { useOwnHeight } from '../use-own-height.ts';
import type { PlayerActions } from '../use-player-keys.ts';
import { CaptionsMenu } from './captions-menu.tsx';
import { Clock } from './clock.tsx';
import { QualityMenu } from './quality-menu.tsx';
import { SeekBar } from './seek-bar.tsx';
import { SpeedMenu } from './speed-menu.tsx';
import { Transport } from './transport.tsx';
import { VolumeControl } from './volume-control.tsx';

interface ControlBarProps {
  readonly actions: PlayerActions;
  readonly fullScreen: boolean;
}

/** Everything within reach at the foot of the picture. Time runs from left to right here in every language. */
export function ControlBar({ actions, fullScreen }: ControlBarProps) {
  const text = useText();
  const bar = useRef<HTMLDivElement>(null);
  useOwnHeight(bar, '--controls-height');
  return (
    <div ref={bar} className="player-controls player-bar" dir="ltr">
      {/* Sliders take their direction from the locale, and time has only one. */}
      <I18nProvider locale="en">
        <SeekBar />
      </I18nProvider>
      <div className="player-buttons" role="group" aria-label={text('player.controls')}>
        <Transport next={actions.next} />
        <VolumeControl />
        <Clock />
        <span className="player-gap" />
        <SpeedMenu />
        <CaptionsMenu />
        <QualityMenu />
        {document.pictureInPictureEnabled ? (
          <IconButton className="player-wide" label={text('player.pip')} shortcut="I" onPress={actions.togglePictureInPicture}>
            <PictureInPicture2 size={20} aria-hidden="true" />
          </IconButton>
        ) : null}
        <IconButton label={text(fullScreen ? 'player.leaveFullScreen' : 'player.fullScreen')} shortcut="F" onPress={actions.toggleFullScreen}>
          {fullScreen ? <Minimize size={20} aria-hidden="true" /> : <Maximize size={20} aria-hidden="true" />}
        </IconButton>
      </div>
    </div>
  );
}
