import { afterAll, beforeAll } from 'vitest';
import { openLine, type Line } from './line.ts';
import { startSchoolServer, type SchoolServer } from './school-server.ts';

interface SchoolBehindLine {
  server: SchoolServer;
  line: Line;
}

/** One school for all tests of a file, and the line to it; both are there from `beforeAll` on. */
export function schoolBehindLine(): Readonly<SchoolBehindLine> {
  const opened: Partial<SchoolBehindLine> = {};
  beforeAll(async () => {
    opened.server = await startSchoolServer();
    opened.line = await openLine({ target: opened.server.url });
  });
  afterAll(async () => {
    await opened.line?.close();
    await opened.server?.close();
  });
  return opened as SchoolBehindLine;
}
