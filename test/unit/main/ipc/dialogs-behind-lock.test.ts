import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, it, vi } from 'vitest';
import { createHandlers, type Domains, type Shell } from '../../../../src/main/ipc/handlers.ts';
import { saveFile } from '../../../../src/main/platform/save-file.ts';
import { createSavedCopies } from '../../../../src/main/platform/saved-copies.ts';
import { temporaryFolder } from '../../../harness/temporary-folder.ts';

/** What somebody does while the system's own dialog is open. */
const meanwhile = vi.hoisted(() => ({ run: () => {}, file: '' }));
vi.mock('electron', () => ({
  app: { getPath: () => '/' },
  shell: {},
  dialog: {
    showSaveDialog: async () => {
      meanwhile.run();
      return { canceled: false, filePath: meanwhile.file };
    },
  },
}));

const machine = { closed: false, here: 'tea' };
const handedIn: string[] = [];
const moved: string[] = [];
const domains = {
  accounts: { closed: () => machine.closed, current: () => ({ accountId: machine.here }) },
  notes: { markdown: async () => ({ fileName: 'notes.md', text: 'what tea noted' }) },
  playback: { attachment: async () => ({ fileName: 'sheet.pdf', bytes: Buffer.from('a sheet') }) },
  progress: { export: async () => ({ fileName: 'progress.json', text: 'what tea watched' }), handIn: async (text: string) => ({ receipt: void handedIn.push(text) }) },
  downloads: { moveFolder: async (folder: string) => void moved.push(folder) },
} as unknown as Domains;
const shell = {
  saveFile: async ({ fileName, text }: { fileName: string; text: string }, stays: () => void) => (await saveFile(null, { fileName, content: text }, stays)) !== null,
  ...createSavedCopies(() => null, () => 'copy'),
  openFile: async () => {
    meanwhile.run();
    return 'a file';
  },
  chooseFolder: async () => {
    meanwhile.run();
    return '/elsewhere';
  },
} as unknown as Shell;
const handlers = createHandlers(domains, shell);
const saving = {
  'notes.export': () => handlers['notes.export']({ lessonId: 'tea' }),
  'progress.export': () => handlers['progress.export'](),
  'playback.saveAttachment': () => handlers['playback.saveAttachment']({ mediaId: 'media', attachmentId: 'sheet' }),
};

beforeEach(() => {
  Object.assign(machine, { closed: false, here: 'tea' });
  Object.assign(meanwhile, { run: () => {}, file: join(temporaryFolder(), 'saved') });
});

for (const [name, save] of Object.entries(saving)) {
  it(`a dialog of ${name} that is still open when the lock falls, or another student sits down, writes nothing`, async () => {
    meanwhile.run = () => void (machine.closed = true);
    await expect(save()).rejects.toMatchObject({ code: 'locked' });
    machine.closed = false;
    meanwhile.run = () => void (machine.here = 'letters');
    await expect(save()).rejects.toMatchObject({ code: 'locked' });
    expect(existsSync(meanwhile.file)).toBe(false);
    meanwhile.run = () => {};
    await save();
    expect(readFileSync(meanwhile.file).length).toBeGreaterThan(0);
  });
}

it('nor is a file handed in or the folder of the lessons changed by who stands before the lock', async () => {
  meanwhile.run = () => void (machine.closed = true);
  await expect(handlers['progress.handIn']()).rejects.toMatchObject({ code: 'locked' });
  machine.closed = false;
  await expect(handlers['downloads.moveFolder']()).rejects.toMatchObject({ code: 'locked' });
  expect([handedIn, moved]).toEqual([[], []]);
});
