import type { ErrorCode, ErrorDetails } from '../../shared/errors.ts';
import type { Text } from './text.ts';

/** What happened, and what is safe and to be done, in the student's words. `details` may fill figures in. */
export function errorWords(text: Text, code: ErrorCode, details: ErrorDetails = {}): { title: string; body: string } {
  return { title: text(`error.${code}.title`, details), body: text(`error.${code}.body`, details) };
}
