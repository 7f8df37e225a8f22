import type { Migration } from '../migrator.ts';

export const content0060Transcripts: Migration = {
  version: 60,
  name: 'transcripts',
  sql: `
    -- Caption files whose words can be searched. Who may see which lesson is decided when asking.
    CREATE TABLE transcripts (
      id INTEGER PRIMARY KEY,
      server TEXT NOT NULL,
      lesson_id TEXT NOT NULL,
      language TEXT NOT NULL,
      -- Of the published caption file.
      sha256 TEXT NOT NULL,
      bytes INTEGER NOT NULL,
      UNIQUE (server, lesson_id, language)
    ) STRICT;
    -- One row per cue; its rowid is the transcript's id * 2^20 + the cue's number. Accents are no matter, case neither.
    CREATE VIRTUAL TABLE transcript_lines USING fts5 (words, start_ms UNINDEXED, tokenize = 'unicode61 remove_diacritics 2');
  `,
};
