import { useState } from 'react';
import { Button } from '../../components/button.tsx';
import { SettingRow } from '../../components/setting-row.tsx';
import { useText } from '../../i18n/text.ts';
import { useDownloads, useNotices } from '../../stores/stores.ts';
import { useAttempt } from '../../stores/use-attempt.ts';

/** Reads every lesson on this computer again, one after the other, and says what was found. */
export function CheckAll() {
  const text = useText();
  const attempt = useAttempt();
  const verify = useDownloads((state) => state.verify);
  const items = useDownloads((state) => state.items);
  const show = useNotices((notices) => notices.show);
  const [done, setDone] = useState<number | null>(null);
  const lessons = items.filter(({ state }) => state === 'ready');
  const check = async () => {
    let bad = 0;
    try {
      for (const [index, { lessonId }] of lessons.entries()) {
        setDone(index);
        bad += (await verify(lessonId)).badPieces;
      }
      show({ tone: 'plain', title: bad === 0 ? text('settings.checkAllGood') : text('lesson.verifiedBad', { count: bad }) });
    } finally {
      setDone(null);
    }
  };
  return (
    <SettingRow title={text('settings.checkAll')} help={text('settings.checkAllHelp')}>
      <Button isDisabled={done !== null || lessons.length === 0} onPress={() => attempt(check)}>
        {done === null ? text('settings.checkAllButton') : text('settings.checkAllRunning', { done: done + 1, total: lessons.length })}
      </Button>
    </SettingRow>
  );
}
