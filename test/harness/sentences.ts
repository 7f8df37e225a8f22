import type { ErrorCode } from '../../src/shared/errors.ts';

/** What a student reads of each way a download may end, word for word. */
export const sentences = {
  piece_corrupt: 'A part arrived damaged. It was thrown away, and everything else is safe. Try again; if it stays so, tell your teacher.',
  unexpected_answer: "The server's answer made no sense. It was not used, and nothing is lost. Check the server's address, or try again later.",
  captive_portal: 'This network wants you to log in first. A log-in page answered instead of the school. Nothing is lost. Open a web browser, log in to the network, then come back.',
  not_found: 'This is not there any more. The school may have moved or removed it. What you watched is kept. Look for new lessons on Home.',
  forbidden: 'The school does not allow this. Nothing was changed and nothing is lost. If this is a mistake, ask your teacher.',
  rate_limited: "The school's server asks for a pause. Nothing is lost. It goes on by itself in a moment.",
  timeout: 'The answer took too long. What came so far is safe on this computer. It is tried again by itself.',
  disk_full: "This computer's disk is full. What was downloaded is safe. Remove lessons you have watched or free some space; it then goes on by itself.",
  disk_denied:
    'The lesson folder cannot be written. What was downloaded is safe. Another program or a permission is in the way: ask whoever looks after this computer. It goes on by itself when the folder can be written again.',
} as const satisfies Partial<Record<ErrorCode, string>>;
