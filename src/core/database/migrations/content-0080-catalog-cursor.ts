import type { Migration } from '../migrator.ts';

export const content0080CatalogCursor: Migration = {
  version: 80,
  name: 'catalog cursor',
  sql: `
    -- Up to which change of the school this catalogue is, null where the school does not count them; the ETag of the answer that
    -- nothing changed since; and when it was listed whole. A step that stores more of a lesson clears the cursor, so that all is listed anew.
    ALTER TABLE catalog_state ADD COLUMN cursor INTEGER;
    ALTER TABLE catalog_state ADD COLUMN etag TEXT;
    ALTER TABLE catalog_state ADD COLUMN listed_at INTEGER;
  `,
};
