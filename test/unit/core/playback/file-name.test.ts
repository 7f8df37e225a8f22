import { describe, expect, it } from 'vitest';
import { safeFileName } from '../../../../src/core/playback/file-name.ts';
import { fc } from '../../../harness/same-cases.ts';

const pdf = 'application/pdf';

describe('the name an attachment is saved under', () => {
  it.each([
    ['Handout 1.pdf', 'Handout 1.pdf'],
    ['Zellteilung – Übung.PDF', 'Zellteilung – Übung.PDF'],
    ['صورة القلب.pdf', 'صورة القلب.pdf'],
    ['می\u200cخواهم.pdf', 'می\u200cخواهم.pdf'],
    ['../../.bashrc', '_.._.bashrc.pdf'],
    ['..\\..\\evil.pdf', '_.._evil.pdf'],
    ['/etc/passwd', '_etc_passwd.pdf'],
    ['C:\\Windows\\system32\\x.pdf', 'C__Windows_system32_x.pdf'],
    ['file.pdf:stream.exe', 'file.pdf_stream.exe.pdf'],
    ['CON', '_CON.pdf'],
    ['nul.pdf', '_nul.pdf'],
    ['Aux.notes.pdf', '_Aux.notes.pdf'],
    ['com1 .pdf', '_com1.pdf'],
    ['LPT¹.pdf', '_LPT¹.pdf'],
    ['console.pdf', 'console.pdf'],
    ['invoice\u202efdp.exe', 'invoicefdp.exe.pdf'],
    ['zero\u200bwidth\ufeff.pdf', 'zerowidth.pdf'],
    ['line\nbreak\u0000.pdf', 'linebreak.pdf'],
    ['program.exe', 'program.exe.pdf'],
    ['trailing. . .pdf', 'trailing.pdf'],
    ['   .pdf', 'file.pdf'],
    ['.pdf', 'file.pdf'],
    ['\ud800.pdf', 'file.pdf'],
    ['e\u0301.pdf', '\u00e9.pdf'],
  ])('%j becomes %j', (given, safe) => {
    expect(safeFileName(given, pdf)).toBe(safe);
  });

  it('has the ending of what it is, and none of its own for a kind this version does not know', () => {
    expect(safeFileName('run.exe', 'application/x-msdownload')).toBe('run.exe.bin');
    expect(safeFileName('page.html', 'text/html')).toBe('page.html.bin');
    expect(safeFileName('a.jpeg', 'image/jpeg')).toBe('a.jpeg');
    expect(safeFileName('a.png', 'image/jpeg')).toBe('a.png.jpg');
    expect(safeFileName('a', '__proto__')).toBe('a.bin');
  });

  it('is one part of a path, no longer than file systems take, whatever the school sends', () => {
    const tricky = fc.string({ unit: fc.oneof(fc.constantFrom('/', '\\', '.', ' ', ':', '\u202e', '\u2066', 'con', 'nul', 'LPT1', '\u0000', 'é', '👩‍👧', 'pdf'), fc.string({ unit: 'binary', maxLength: 3 })), maxLength: 300 });
    fc.assert(
      fc.property(tricky, fc.constantFrom(pdf, 'image/jpeg', 'text/html'), (name, type) => {
        const safe = safeFileName(name, type);
        expect(safe).toMatch(/^[^/\\:*?"<>|\p{Cc}\u200e\u200f\u202a-\u202e\u2066-\u2069]+\.(pdf|jpe?g|bin)$/iu);
        expect(safe).not.toMatch(/^[. ]|[. ]\.\w+$|^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i);
        expect(Buffer.byteLength(safe)).toBeLessThan(200);
        expect(safe.isWellFormed()).toBe(true);
        expect(safeFileName(safe, type)).toBe(safe);
      }),
    );
  });
});
