import type { Kysely } from 'kysely';
import type { Schema } from '../schema.ts';

export const peopleAndCourses = {
  version: 110,
  name: 'people-and-courses',
  up: async (db: Kysely<Schema>): Promise<void> => {
    const { schema } = db;
    await schema.alterTable('people').addColumn('disabled_at', 'bigint').execute();
    await schema.alterTable('lessons').addColumn('published', 'integer', (column) => column.notNull().defaultTo(1)).execute();
    await schema.alterTable('enrolments').addColumn('own', 'integer', (column) => column.notNull().defaultTo(1)).execute();
    for (const table of ['courses', 'enrolments'] as const) {
      await schema.alterTable(table).addColumn('version', 'bigint', (column) => column.notNull().defaultTo(0)).execute();
    }
    await schema
      .createTable('catalog_count')
      .addColumn('one', 'integer', (column) => column.primaryKey())
      .addColumn('value', 'bigint', (column) => column.notNull())
      .execute();
    await db.insertInto('catalog_count').values({ one: 1, value: 1 }).execute();
    await schema
      .createTable('catalog_tombstones')
      .addColumn('kind', 'varchar(16)', (column) => column.notNull())
      .addColumn('id', 'varchar(64)', (column) => column.notNull())
      .addColumn('course_id', 'varchar(64)', (column) => column.notNull())
      .addColumn('version', 'bigint', (column) => column.notNull())
      .addPrimaryKeyConstraint('catalog_tombstones_key', ['kind', 'id'])
      .execute();
    await schema
      .createTable('classes')
      .addColumn('id', 'varchar(64)', (column) => column.primaryKey())
      .addColumn('name', 'text', (column) => column.notNull())
      .execute();
    await schema
      .createTable('class_members')
      .addColumn('class_id', 'varchar(64)', (column) => column.notNull().references('classes.id'))
      .addColumn('person_id', 'varchar(64)', (column) => column.notNull().references('people.id'))
      .addPrimaryKeyConstraint('class_members_key', ['class_id', 'person_id'])
      .execute();
    await schema
      .createTable('class_courses')
      .addColumn('class_id', 'varchar(64)', (column) => column.notNull().references('classes.id'))
      .addColumn('course_id', 'varchar(64)', (column) => column.notNull().references('courses.id'))
      .addPrimaryKeyConstraint('class_courses_key', ['class_id', 'course_id'])
      .execute();
    await schema
      .createTable('attachments')
      .addColumn('lesson_id', 'varchar(64)', (column) => column.notNull())
      .addColumn('name', 'varchar(200)', (column) => column.notNull())
      .addColumn('position', 'integer', (column) => column.notNull())
      .addColumn('mime_type', 'varchar(100)', (column) => column.notNull())
      .addColumn('file', 'text', (column) => column.notNull())
      .addPrimaryKeyConstraint('attachments_key', ['lesson_id', 'name'])
      .execute();
    await schema
      .createTable('audit')
      .addColumn('id', 'varchar(64)', (column) => column.primaryKey())
      .addColumn('at', 'bigint', (column) => column.notNull())
      .addColumn('actor', 'varchar(64)', (column) => column.notNull())
      .addColumn('action', 'varchar(64)', (column) => column.notNull())
      .addColumn('target', 'text', (column) => column.notNull())
      .addColumn('details', 'text', (column) => column.notNull())
      .execute();
    await schema.createIndex('audit_by_time').on('audit').columns(['at', 'id']).execute();
    await schema
      .createTable('plain_progress')
      .addColumn('person_id', 'varchar(64)', (column) => column.notNull())
      .addColumn('lesson_id', 'varchar(64)', (column) => column.notNull())
      .addColumn('progress_percent', 'double precision', (column) => column.notNull())
      .addColumn('watch_duration_ms', 'bigint', (column) => column.notNull())
      .addColumn('updated_at', 'bigint', (column) => column.notNull())
      .addPrimaryKeyConstraint('plain_progress_key', ['person_id', 'lesson_id'])
      .execute();
  },
};
