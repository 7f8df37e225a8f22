import type { Kysely } from 'kysely';
import type { Schema } from '../schema.ts';

export const school = {
  version: 10,
  name: 'school',
  up: async (db: Kysely<Schema>): Promise<void> => {
    const { schema } = db;
    await schema
      .createTable('people')
      .addColumn('id', 'varchar(64)', (column) => column.primaryKey())
      .addColumn('name', 'text', (column) => column.notNull())
      .addColumn('email', 'varchar(320)', (column) => column.notNull().unique())
      .addColumn('password_hash', 'text', (column) => column.notNull())
      .addColumn('role', 'varchar(16)', (column) => column.notNull())
      .execute();
    await schema
      .createTable('courses')
      .addColumn('id', 'varchar(64)', (column) => column.primaryKey())
      .addColumn('position', 'integer', (column) => column.notNull())
      .addColumn('title', 'text', (column) => column.notNull())
      .addColumn('description', 'text', (column) => column.notNull())
      .addColumn('language', 'varchar(35)', (column) => column.notNull())
      .addColumn('poster_sha256', 'varchar(64)')
      .addColumn('poster_type', 'varchar(100)')
      .execute();
    await schema
      .createTable('enrolments')
      .addColumn('person_id', 'varchar(64)', (column) => column.notNull().references('people.id'))
      .addColumn('course_id', 'varchar(64)', (column) => column.notNull().references('courses.id'))
      .addColumn('since', 'bigint', (column) => column.notNull())
      .addColumn('until', 'bigint')
      .addPrimaryKeyConstraint('enrolments_key', ['person_id', 'course_id'])
      .execute();
    await schema
      .createTable('lessons')
      .addColumn('id', 'varchar(64)', (column) => column.primaryKey())
      .addColumn('course_id', 'varchar(64)', (column) => column.notNull().references('courses.id'))
      .addColumn('position', 'integer', (column) => column.notNull())
      .addColumn('title', 'text', (column) => column.notNull())
      .addColumn('description', 'text', (column) => column.notNull())
      .addColumn('duration_ms', 'integer', (column) => column.notNull())
      .addColumn('timeline_id', 'varchar(64)', (column) => column.notNull())
      .addColumn('revision', 'integer', (column) => column.notNull())
      .addColumn('content_key', 'varchar(32)', (column) => column.notNull())
      .addColumn('manifest', 'text')
      .addColumn('signature', 'text')
      .addColumn('plain_sha256', 'varchar(64)')
      .addColumn('plain_bytes', 'bigint')
      .addColumn('poster_sha256', 'varchar(64)')
      .addColumn('poster_type', 'varchar(100)')
      .addColumn('source_hash', 'varchar(64)', (column) => column.notNull())
      .addColumn('published_at', 'bigint', (column) => column.notNull())
      .execute();
    await schema.createIndex('lessons_by_course').on('lessons').columns(['course_id', 'position']).execute();
    await schema
      .createTable('published_files')
      .addColumn('lesson_id', 'varchar(64)', (column) => column.notNull())
      .addColumn('plain_sha256', 'varchar(64)', (column) => column.notNull())
      .addColumn('sha256', 'varchar(64)', (column) => column.notNull())
      .addColumn('bytes', 'bigint', (column) => column.notNull())
      .addColumn('key_id', 'varchar(64)')
      .addColumn('piece_table', 'text')
      .addPrimaryKeyConstraint('published_files_key', ['lesson_id', 'plain_sha256'])
      .execute();
    await schema
      .createTable('settings')
      .addColumn('name', 'varchar(64)', (column) => column.primaryKey())
      .addColumn('value', 'text', (column) => column.notNull())
      .execute();
  },
};
