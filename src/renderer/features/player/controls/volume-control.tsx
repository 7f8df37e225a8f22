import { Volume1, Volume2, VolumeX } from 'lucide-react';
import { I18nProvider } from 'react-aria-components/I18nProvider';
import { Slider, SliderThumb, SliderTrack } from 'react-aria-components/Slider';
import { IconButton } from '../../../components/icon-button.tsx';
import { useText } from '../../../i18n/text.ts';
import { usePlayer, usePlayerState } from '../player-context.ts';

export function VolumeControl() {
  const text = useText();
  const { playback } = usePlayer();
  const muted = usePlayerState((state) => state.muted || state.volume === 0);
  const volume = usePlayerState((state) => state.volume);
  const Icon = muted ? VolumeX : volume < 0.5 ? Volume1 : Volume2;
  return (
    <>
      <IconButton label={text(muted ? 'player.unmute' : 'player.mute')} shortcut="M" onPress={() => playback?.toggleMute()}>
        <Icon size={20} aria-hidden="true" />
      </IconButton>
      <I18nProvider locale="en">
        <Slider
          className="volume-slider player-wide"
          data-own-arrows
          aria-label={text('player.volume')}
          minValue={0}
          maxValue={1}
          step={0.05}
          formatOptions={{ style: 'percent' }}
          value={muted ? 0 : volume}
          onChange={(value) => playback?.setVolume(value)}
        >
          <SliderTrack className="volume-track">
            <span className="volume-done" style={{ inlineSize: `${(muted ? 0 : volume) * 100}%` }} />
            <SliderThumb className="volume-thumb" />
          </SliderTrack>
        </Slider>
      </I18nProvider>
    </>
  );
}
