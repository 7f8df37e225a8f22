import { choicesBetween } from '../../shared/models/choice.ts';
import type { Settings, SettingsPatch } from '../../shared/models/settings.ts';
import type { AccountId, Accounts } from '../accounts/ports.ts';
import type { Logger } from '../base/logger.ts';
import type { Progress } from '../progress/ports.ts';
import type { SettingsStore } from './ports.ts';

interface Dependencies {
  readonly accounts: Pick<Accounts, 'current' | 'changed'>;
  readonly settings: SettingsStore;
  readonly progress: Pick<Progress, 'recordChoices' | 'choices' | 'choicesChanged'>;
  readonly logger: Logger;
}

/** What a student chose for themselves goes with them to other machines. Gives the stop. */
export function shareChoices({ accounts, settings, progress, logger }: Dependencies): () => void {
  const whoIsHere = (): AccountId | null => accounts.current()?.accountId ?? null;
  let known = settings.get();
  let student = whoIsHere();
  /** From another machine, on their way into the settings: chosen there, not here. */
  const following: SettingsPatch[] = [];
  const stops = [
    accounts.changed(() => {
      known = settings.get();
      student = whoIsHere();
    }),
    settings.changed((now) => {
      const chosen = choicesBetween(known, now).filter(({ name, value }) => !following.some((patch) => patch[name] === value));
      // What another student's settings differ in was chosen by nobody.
      const isAnother = student !== whoIsHere();
      known = now;
      student = whoIsHere();
      if (isAnother || chosen.length === 0) return;
      progress.recordChoices(chosen).catch((error: unknown) => logger.warn('a setting could not be written down for the school', { error }));
    }),
    progress.choicesChanged((choices) => {
      const chosen = Object.fromEntries(choices.map(({ name, value }) => [name, value])) as SettingsPatch;
      const differs = choicesBetween(known, { ...known, ...chosen } as Settings).length > 0;
      if (!differs) return;
      following.push(chosen);
      settings
        .set(chosen)
        .catch((error: unknown) => logger.warn('settings from another machine could not be written', { error }))
        .finally(() => void following.splice(following.indexOf(chosen), 1));
    }),
  ];
  return () => {
    for (const stop of stops) stop();
  };
}
