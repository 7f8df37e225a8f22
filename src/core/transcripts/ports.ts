import type { FoundLesson } from '../../shared/contracts/transcripts.ts';

export interface Transcripts {
  /** Of the current student's lessons, those on this computer. Never asks the line. */
  search(words: string): Promise<{ lessons: FoundLesson[]; searched: number }>;
  /** Takes in lessons as they come to this computer; gives back the stop. */
  start(): () => Promise<void>;
}
