import fc from 'fast-check';
import { fromWire } from '../../src/shared/api/codec.ts';
import { isTeachifyError } from '../../src/shared/errors.ts';
import { manifestSchema } from '../../src/shared/models/manifest.ts';
import { decodePieceTable, encodePieceTable, pieceTableEntryBytes } from '../../src/shared/models/piece-table.ts';
import { readMedia, readMultivariant } from '../../src/core/content/foreign/read-playlists.ts';
import { verifyManifest } from '../../src/core/content/manifest-verifier.ts';
import { joinVtt } from '../../src/core/playback/foreign-media.ts';
import { readVttCues } from '../../src/core/transcripts/vtt-cues.ts';
import { toWebVtt } from '../../src/server/transcoding/captions.ts';

/** What must hold of a parser whatever it is given; throws when it does not. */
export interface ParserProperty {
  readonly name: string;
  readonly check: (runs: number, seed: number) => Promise<void>;
}

/** Longer than anything here takes by a thousand times: a pattern that never ends is what this looks for. */
const longestMs = 2000;

/** Text as nobody would write it: the words of a format, cut, doubled, turned about and mixed with anything. */
function textOf(words: readonly string[]): fc.Arbitrary<string> {
  const word = fc.oneof({ weight: 8, arbitrary: fc.constantFrom(...words) }, { weight: 1, arbitrary: fc.string({ maxLength: 20 }) }, { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 8 }) });
  const line = fc.array(word, { maxLength: 6 }).map((parts) => parts.join(''));
  return fc.tuple(fc.array(line, { maxLength: 25 }), fc.constantFrom('\n', '\r\n', '\r', '\n\n')).map(([lines, end]) => lines.join(end));
}

/** A good text with some of it taken away, doubled or put elsewhere. */
function damaged(good: string): fc.Arbitrary<string> {
  const wound = fc.record({ at: fc.nat(good.length), length: fc.nat(40), to: fc.nat(good.length), insert: fc.string({ maxLength: 6 }) });
  return fc.array(wound, { minLength: 1, maxLength: 5 }).map((wounds) => wounds.reduce((text, { at, length, to, insert }) => text.slice(0, at) + insert + text.slice(at + length, to) + text.slice(Math.min(to, at)), good));
}

const playlistWords = ['#EXTM3U', '\n', '#EXT-X-VERSION:7', '#EXT-X-TARGETDURATION:6', '#EXTINF:6.0,', '#EXTINF:', '#EXT-X-BYTERANGE:100@0', '#EXT-X-MAP:URI="init.mp4",BYTERANGE="800@0"', '#EXT-X-KEY:METHOD=AES-128,URI="k",IV=0x00', '#EXT-X-KEY:METHOD=SAMPLE-AES', '#EXT-X-ENDLIST', '#EXT-X-STREAM-INF:BANDWIDTH=1,RESOLUTION=1x1,AUDIO="a"', '#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="a",NAME="n",URI="u"', '#EXT-X-DISCONTINUITY', '#EXT-X-GAP', '#EXT-X-PART:DURATION=1,URI="p"', '#EXT-X-DEFINE:NAME="a",VALUE="b"', 'segment.m4s', 'file:///etc/passwd', 'javascript:0', '"', ',', '=', '99999999999999999999', '-1', '0x'];
const goodPlaylist = '#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-TARGETDURATION:6\n#EXT-X-PLAYLIST-TYPE:VOD\n#EXT-X-MAP:URI="a.mp4",BYTERANGE="800@0"\n#EXT-X-KEY:METHOD=AES-128,URI="key"\n#EXTINF:6.0,\n#EXT-X-BYTERANGE:100@800\na.mp4\n#EXTINF:2.5,\n#EXT-X-BYTERANGE:50@900\na.mp4\n#EXT-X-ENDLIST\n';
const goodMaster = '#EXTM3U\n#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="a",NAME="n",LANGUAGE="en",URI="a.m3u8"\n#EXT-X-STREAM-INF:BANDWIDTH=1000,RESOLUTION=640x360,CODECS="avc1.64001e",AUDIO="a"\nv.m3u8\n';
const cueWords = ['WEBVTT', '\n', '\n\n', '1', '00:00:01.000', '00:00:02,500', ' --> ', '-->', '00:61:00.000', '999:00:00.000', 'NOTE', 'STYLE', 'X-TIMESTAMP-MAP=MPEGTS:900000,LOCAL:00:00:00.000', '<v Anna>', '<', '>', '&amp;', '&', 'water', '\ufeff', '\t', 'align:start'];
const goodCues = '1\r\n00:00:01,000 --> 00:00:02,500\r\nWater boils.\r\n\r\n2\r\n00:01:03,000 --> 00:01:04,000 X1:1\r\n<i>Leaves</i> sink.\r\n';

const playlists = fc.oneof(textOf(playlistWords), damaged(goodPlaylist), damaged(goodMaster));
const captions = fc.oneof(textOf(cueWords), damaged(goodCues));

/** Answers, or refuses with an error of ours. */
function orRefuses<Result>(read: () => Result): Result | null {
  const began = process.cpuUsage();
  const result = attempt(read);
  // Of the processor's time: a busy machine may look away for as long as it likes.
  const { user, system } = process.cpuUsage(began);
  require((user + system) / 1000 < longestMs, 'it took far too long');
  return result;
}

function attempt<Result>(read: () => Result): Result | null {
  try {
    return read();
  } catch (error) {
    if (!isTeachifyError(error)) throw error;
    return null;
  }
}

function require(condition: boolean, says: string): void {
  if (!condition) throw new Error(says);
}

function property<Value>(name: string, values: fc.Arbitrary<Value>, holds: (value: Value) => void | Promise<void>): ParserProperty {
  return { name, check: (runs, seed) => fc.assert(fc.asyncProperty(values, async (value) => holds(value)), { numRuns: runs, seed }) };
}

const timing = /\d{2}:[0-5]\d[.,]\d{3}[ \t]+-->[ \t]+(?:\d{2,}:)?[0-5]\d:[0-5]\d[.,]\d{3}/;
const cueLines = (text: string) => text.split(/\r\n|\r|\n/).filter((line) => timing.test(line)).length;
const key = { kty: 'OKP', crv: 'Ed25519', x: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo', kid: 'k' } as const;
const entry = fc.record({ length: fc.integer({ min: 1, max: 0xffff_ffff }), durationUs: fc.integer({ min: 0, max: 0xffff_ffff }), sha256: fc.uint8Array({ minLength: 32, maxLength: 32 }) });

export const parserProperties: readonly ParserProperty[] = [
  property('a foreign multivariant playlist is read, or refused', playlists, (text) => {
    const read = orRefuses(() => readMultivariant(text, 'https://elsewhere.test/a/master.m3u8'));
    for (const { url } of read ?? []) require(/^https?:/.test(url), `${url} is no address of the web`);
  }),
  property('a foreign media playlist is read, or refused', playlists, (text) => {
    for (const part of orRefuses(() => readMedia(text, 'https://elsewhere.test/a/media.m3u8')) ?? []) {
      require(/^https?:/.test(part.url), `${part.url} is no address of the web`);
      require(Number.isSafeInteger(part.durationUs) && part.durationUs >= 0, `${part.durationUs} is no duration`);
      require(Number.isSafeInteger(part.offset) && (part.length === null || (Number.isSafeInteger(part.length) && part.length >= 0)), 'a part is no stretch of bytes');
    }
  }),
  property('captions are taken with every cue, once and for all, or refused', captions, (text) => {
    const vtt = orRefuses(() => toWebVtt(new TextEncoder().encode(text)));
    if (vtt === null) return;
    require(vtt.startsWith('WEBVTT'), 'it begins as WebVTT does');
    require(cueLines(vtt) === cueLines(text), `${cueLines(text)} cues came, ${cueLines(vtt)} are left`);
    require(toWebVtt(new TextEncoder().encode(vtt)) === vtt, 'read again it is another one');
    readVttCues(vtt);
  }),
  property('captions of any bytes are taken or refused', fc.uint8Array({ maxLength: 200 }), (bytes) => void orRefuses(() => toWebVtt(bytes))),
  property('what is said is found with a time that is one', captions, (text) => {
    for (const cue of readVttCues(text)) require(Number.isSafeInteger(cue.startMs) && cue.startMs >= 0 && cue.text !== '', `${cue.startMs} is no time`);
  }),
  property('captions in segments are joined', fc.array(captions, { maxLength: 4 }), (texts) => {
    require(joinVtt(texts).startsWith('WEBVTT\n'), 'it begins as WebVTT does');
  }),
  property('a piece table comes out as it went in', fc.array(entry, { minLength: 1, maxLength: 20 }), (pieces) => {
    const read = decodePieceTable(encodePieceTable(pieces));
    const same = read.every((piece, index) => piece.length === pieces[index]?.length && piece.durationUs === pieces[index]?.durationUs && Buffer.compare(piece.sha256 ?? new Uint8Array(), pieces[index]?.sha256 ?? new Uint8Array()) === 0);
    require(read.length === pieces.length && same, 'it is another one');
  }),
  property('bytes that are no piece table are refused', fc.tuple(fc.uint8Array({ maxLength: 4 * pieceTableEntryBytes }), fc.boolean()), ([bytes, marked]) => {
    try {
      const read = decodePieceTable(marked ? Buffer.concat([Buffer.from('TPT1'), bytes]) : bytes);
      require(read.every(({ length }) => length > 0), 'a piece is empty');
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
    }
  }),
  property('a manifest that the school did not sign is refused', fc.record({ payload: fc.oneof(fc.json(), fc.string()), signature: fc.oneof(fc.string(), fc.constant('eyJhbGciOiJFZERTQSJ9..AA')) }), async (signed) => {
    const refused = await verifyManifest(signed, [key]).then(() => false, (error: unknown) => isTeachifyError(error, 'manifest_invalid'));
    require(refused, 'it was taken, or failed otherwise');
  }),
  property('a manifest of any shape is understood, or not', fc.jsonValue(), (value) => {
    try {
      fromWire(manifestSchema, value);
    } catch (error) {
      require((error as Error).name === '$ZodError' || (error as Error).name === 'ZodError', `it failed by ${String(error)}`);
    }
  }),
];
