import { fromWire, toWire } from '../../shared/api/codec.ts';
import { endpoints } from '../../shared/api/endpoints.ts';
import { progressReceiptResponseSchema, type ProgressReceiptResponse, type RecordedAt } from '../../shared/api/progress.ts';
import { TeachifyError } from '../../shared/errors.ts';
import { progressFileFormat, progressFileSchema, type ProgressFile } from '../../shared/models/progress-file.ts';
import type { ApiClient } from '../net/ports.ts';
import { eventOnWire } from './event-on-wire.ts';
import type { Batch } from './progress-rows.ts';

interface Writing {
  readonly account: string;
  readonly batch: Batch;
  readonly exportedAt: RecordedAt;
  /** The server's time as far as this machine knows, ms since the Unix epoch. */
  readonly writtenAt: number;
}

export function writeProgressFile({ account, batch: { installId, events }, exportedAt, writtenAt }: Writing): { fileName: string; text: string } {
  const file: ProgressFile = { format: progressFileFormat, version: 1, account, installId, exportedAt, writtenAt, events: events.map(eventOnWire) };
  return { fileName: `progress-${new Date(writtenAt).toISOString().slice(0, 10)}.json`, text: `${JSON.stringify(toWire(file), null, 1)}\n` };
}

/** Uploads a file of progress. Throws not_our_file, and what the line and the school throw. */
export async function handIn(api: ApiClient, text: string): Promise<ProgressReceiptResponse> {
  const body = parsed(text);
  return api.request({ method: 'POST', path: endpoints.progressFiles(), body, gzip: true, output: progressReceiptResponseSchema, authorised: true });
}

function parsed(text: string): ProgressFile {
  try {
    return fromWire(progressFileSchema, JSON.parse(text));
  } catch (cause) {
    throw new TeachifyError('not_our_file', 'This is no file of progress', { cause });
  }
}
