import { forms, readAttributes, unquoted, type Attributes, type Form } from './attributes.ts';

/** A playlist as its lines say, and each line that breaks a rule of RFC 8216, with the section that holds the rule. */
export interface Read {
  readonly breaches: string[];
  readonly isMultivariant: boolean;
  readonly targetSeconds: number;
  readonly segments: readonly { readonly uri: string; readonly seconds: number; readonly range: { readonly offset: number; readonly bytes: number } | null; readonly isEncrypted: boolean }[];
  readonly maps: readonly string[];
  readonly keys: readonly string[];
  readonly media: readonly Attributes[];
  readonly variants: readonly { readonly attributes: Attributes; readonly uri: string }[];
}

const ofSegments = ['EXTINF', 'EXT-X-BYTERANGE', 'EXT-X-DISCONTINUITY', 'EXT-X-KEY', 'EXT-X-MAP'];
const ofMedia = ['EXT-X-TARGETDURATION', 'EXT-X-MEDIA-SEQUENCE', 'EXT-X-ENDLIST', 'EXT-X-PLAYLIST-TYPE', ...ofSegments];
const ofMultivariant = ['EXT-X-MEDIA', 'EXT-X-STREAM-INF'];
const ofBoth = ['EXTM3U', 'EXT-X-VERSION', 'EXT-X-INDEPENDENT-SEGMENTS'];
const once = new Set(['EXTM3U', 'EXT-X-VERSION', 'EXT-X-INDEPENDENT-SEGMENTS', 'EXT-X-TARGETDURATION', 'EXT-X-MEDIA-SEQUENCE', 'EXT-X-ENDLIST', 'EXT-X-PLAYLIST-TYPE']);

/** Attributes that a tag must have, and those that it may. */
const attributes: Record<string, { section: string; must: Record<string, Form>; may: Record<string, Form> }> = {
  'EXT-X-KEY': { section: '4.3.2.4', must: { METHOD: 'enumerated' }, may: { URI: 'quoted', IV: 'hexadecimal', KEYFORMAT: 'quoted', KEYFORMATVERSIONS: 'quoted' } },
  'EXT-X-MAP': { section: '4.3.2.5', must: { URI: 'quoted' }, may: { BYTERANGE: 'quoted' } },
  'EXT-X-MEDIA': {
    section: '4.3.4.1',
    must: { TYPE: 'enumerated', 'GROUP-ID': 'quoted', NAME: 'quoted' },
    may: { URI: 'quoted', LANGUAGE: 'quoted', DEFAULT: 'yesOrNo', AUTOSELECT: 'yesOrNo', FORCED: 'yesOrNo', CHANNELS: 'quoted' },
  },
  'EXT-X-STREAM-INF': {
    section: '4.3.4.2',
    must: { BANDWIDTH: 'integer' },
    may: { 'AVERAGE-BANDWIDTH': 'integer', CODECS: 'quoted', RESOLUTION: 'resolution', 'FRAME-RATE': 'float', AUDIO: 'quoted', VIDEO: 'quoted', SUBTITLES: 'quoted', 'CLOSED-CAPTIONS': 'enumerated' },
  },
};

/** The tag `#name` or `#name:value`; null for a comment. */
function tagOf(line: string): { name: string; value: string } | null {
  const match = /^#(EXT[^:\s]*)(?::(.*))?$/.exec(line);
  return match ? { name: match[1] ?? '', value: match[2] ?? '' } : null;
}

// One pass over the lines, each rule where its tag is met.
export function readPlaylist(text: string): Read {
  const breaches: string[] = [];
  const breach = (section: string, line: number, says: string) => breaches.push(`RFC 8216 ${section}, line ${line + 1}: ${says}`);
  if (!text.endsWith('\n')) breach('4.1', 0, 'lines end with a line feed');
  if (/^\uFEFF|(?![\r\n])\p{Cc}/u.test(text)) breach('4.1', 0, 'no byte order mark and no control characters');
  const lines = text.split(/\r?\n/);
  if (lines[0] !== '#EXTM3U') breach('4.3.1.1', 0, '#EXTM3U is the first line');
  const isMultivariant = /^#EXT-X-STREAM-INF:/m.test(text);
  const [own, others] = isMultivariant ? [ofMultivariant, ofMedia] : [ofMedia, ofMultivariant];
  const seen = new Set<string>();
  const read = { segments: [] as Read['segments'][number][], maps: [] as string[], keys: [] as string[], media: [] as Attributes[], variants: [] as Read['variants'][number][] };
  let [version, needed, target] = [1, 1, 0];
  let seconds: number | null = null;
  let range: { offset: number | null; bytes: number } | null = null;
  let variant: Attributes | null = null;
  let [isEncrypted, hasMap, ended] = [false, false, false];
  const needs = (least: number) => (needed = Math.max(needed, least));

  for (const [at, line] of lines.entries()) {
    if (line === '') continue;
    const tag = tagOf(line);
    if (!tag) {
      if (line.startsWith('#')) continue;
      if (/\s/.test(line)) breach('4.1', at, 'an address holds no white space');
      if (isMultivariant) {
        if (!variant) breach('4.3.4.2', at, 'an address follows its EXT-X-STREAM-INF');
        else read.variants.push({ attributes: variant, uri: line });
        variant = null;
        continue;
      }
      if (seconds === null) breach('4.3.2.1', at, 'an address follows its EXTINF');
      else {
        const before = read.segments.at(-1);
        const follows = before?.uri === line && before.range ? before.range.offset + before.range.bytes : null;
        if (range && range.offset === null && follows === null) breach('4.3.2.2', at, 'a range without an offset follows one of the same file');
        read.segments.push({ uri: line, seconds, isEncrypted, range: range && { bytes: range.bytes, offset: range.offset ?? follows ?? 0 } });
      }
      if (/\.(?:m4s|mp4)(?:\?|$)/.test(line) && !hasMap) breach('3.3', at, 'a fragment of MP4 follows an EXT-X-MAP');
      [seconds, range] = [null, null];
      continue;
    }
    const { name, value } = tag;
    if (variant) breach('4.3.4.2', at, 'the line after EXT-X-STREAM-INF is an address');
    if (others.includes(name)) breach('4.3.4', at, `${name} belongs to the other kind of playlist`);
    else if (!own.includes(name) && !ofBoth.includes(name)) breach('4.1', at, `${name} is no tag of this standard`);
    if (once.has(name) && seen.has(name)) breach('4.3', at, `${name} stands once`);
    seen.add(name);
    if (ended && name !== 'EXT-X-ENDLIST') breach('4.3.3.4', at, 'nothing is added after the end');
    const list = attributes[name] ? readAttributes(value) : null;
    const rule = attributes[name];
    if (rule && !list) breach('4.2', at, `${name} has a list of attributes, none of them twice`);
    for (const must of Object.keys(rule?.must ?? {})) if (list && !list.has(must)) breach(rule?.section ?? '', at, `${name} has ${must}`);
    for (const [attribute, given] of list ?? []) {
      const form = rule?.must[attribute] ?? rule?.may[attribute];
      if (!form) breach('4.2', at, `${name} knows no ${attribute}`);
      else if (!forms[form].test(given)) breach('4.2', at, `${attribute} is ${form}, not ${given}`);
    }
    if (name === 'EXT-X-VERSION') version = Number(value);
    if (name === 'EXT-X-TARGETDURATION' && !forms.integer.test(value)) breach('4.3.3.1', at, 'the target duration is an integer');
    if (name === 'EXT-X-TARGETDURATION') target = Number(value);
    if (name === 'EXT-X-MEDIA-SEQUENCE' && (!forms.integer.test(value) || read.segments.length > 0)) breach('4.3.3.2', at, 'the media sequence is an integer before the first segment');
    if (name === 'EXT-X-PLAYLIST-TYPE' && !/^(?:VOD|EVENT)$/.test(value)) breach('4.3.3.5', at, 'a playlist is VOD or EVENT');
    if (name === 'EXT-X-ENDLIST') ended = true;
    if (name === 'EXTINF') {
      const [, duration] = /^(\d+(?:\.\d+)?),/.exec(value) ?? [];
      if (duration === undefined) breach('4.3.2.1', at, 'EXTINF is a duration and a comma');
      if (duration?.includes('.')) needs(3);
      seconds = Number(duration ?? 0);
    }
    if (name === 'EXT-X-BYTERANGE') {
      const [, bytes, offset] = /^(\d+)(?:@(\d+))?$/.exec(value) ?? [];
      if (bytes === undefined) breach('4.3.2.2', at, 'a range is a length, and where it begins');
      range = { bytes: Number(bytes ?? 0), offset: offset === undefined ? null : Number(offset) };
      needs(4);
    }
    if (name === 'EXT-X-MAP') {
      hasMap = true;
      needs(6);
      // 4.3.2.5: what is encrypted with a key has an IV, for a section that has no sequence number.
      if (isEncrypted && !read.keys.some((key) => key.includes('IV='))) breach('4.3.2.5', at, 'an encrypted initialisation section has an IV');
      read.maps.push(unquoted(list?.get('URI')) ?? '');
    }
    if (name === 'EXT-X-KEY' && list) {
      isEncrypted = list.get('METHOD') !== 'NONE';
      if (isEncrypted !== list.has('URI')) breach('4.3.2.4', at, 'a key has an address, and METHOD=NONE has none');
      if (list.has('IV')) needs(2);
      if (list.has('IV') && !/^0[xX][0-9A-F]{32}$/.test(list.get('IV') ?? '')) breach('4.3.2.4', at, 'an IV has 128 bits');
      if (list.has('URI')) read.keys.push(unquoted(list.get('URI')) ?? '');
    }
    if (name === 'EXT-X-MEDIA' && list) read.media.push(list);
    if (name === 'EXT-X-STREAM-INF') variant = list;
  }
  const end = lines.length - 1;
  if (version < needed) breach('7', end, `what stands here needs version ${needed}, and ${version} is said`);
  if (variant) breach('4.3.4.2', end, 'an address follows EXT-X-STREAM-INF');
  if (!isMultivariant) {
    if (!seen.has('EXT-X-TARGETDURATION')) breach('4.3.3.1', end, 'there is a target duration');
    if (!ended) breach('4.3.3.4', end, 'a recording has an end');
    for (const [index, segment] of read.segments.entries()) if (Math.round(segment.seconds) > target) breach('4.3.3.1', index, `segment ${index} lasts longer than the target duration`);
  }
  return { breaches, isMultivariant, targetSeconds: target, ...read };
}
