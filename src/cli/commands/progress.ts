import { readFile, writeFile } from 'node:fs/promises';
import { TeachifyError } from '../../shared/errors.ts';
import { withCore, type Context } from '../context.ts';

/** Writes what waits to be sent into a file; it goes on waiting here. */
export function saveProgress(context: Context, file: string): Promise<void> {
  return withCore(context, async ({ progress }) => {
    const { text } = await progress.export();
    await writeFile(file, text).catch((cause: unknown) => {
      throw new TeachifyError('disk_denied', 'The file could not be written', { cause });
    });
    const { waiting, parked } = await progress.outbox();
    context.output.tell('progress_saved', { file, waiting, parked }, `${waiting + parked} things saved in ${file}. They still wait here; being sent twice counts once.`);
  });
}

/** Hands in what another computer wrote into a file, and keeps the school's signed receipt beside it. */
export function handInProgress(context: Context, file: string): Promise<void> {
  return withCore(context, async ({ progress }) => {
    const text = await readFile(file, 'utf8').catch((cause: unknown) => {
      throw new TeachifyError('disk_denied', 'The file could not be read', { cause });
    });
    const { receipt, signed } = await progress.handIn(text);
    await writeFile(`${file}.receipt`, `${signed}\n`).catch(() => {}); // the stick may be read-only; the receipt is also told
    const { studentName, taken, known, refused, putOff } = receipt;
    context.output.tell('progress_handed_in', { ...receipt, signed }, `The school took the file of ${studentName}: ${taken} new, ${known} known already, ${refused + putOff} not taken.`);
  });
}
