import { unquoted, type Attributes } from './attributes.ts';
import { readPlaylist, type Read } from './playlist.ts';

/** How the validator asks: with whatever lets it in. */
export interface Asker {
  text(url: string): Promise<string>;
  /** Bytes of what is there. Throws when there is nothing. */
  size(url: string): Promise<number>;
}

interface Measured {
  readonly read: Read;
  /** Bits per second: of the heaviest stretch of half to one and a half target durations, and over all. */
  readonly peak: number;
  readonly average: number;
}

/** Every rule of RFC 8216 that a presentation breaks, from its multivariant playlist down to the sizes of its segments. */
export async function breachesOf(url: string, asker: Asker): Promise<string[]> {
  const top = readPlaylist(await asker.text(url));
  const breaches = top.breaches.map((says) => `${url}: ${says}`);
  const playlists = new Map<string, Measured>();
  const look = async (uri: string): Promise<Measured> => {
    const address = new URL(uri, url).href;
    const known = playlists.get(address) ?? (await measure(address, asker, breaches));
    playlists.set(address, known);
    return known;
  };
  if (!top.isMultivariant) breaches.push(`${url}: RFC 8216 4.3.4.2: there is no variant`);
  checkGroups(top, breaches);
  const pictures: Measured[] = [];
  for (const { attributes, uri } of top.variants) {
    const own = await look(uri);
    if (attributes.has('RESOLUTION')) pictures.push(own);
    for (const required of ['CODECS', 'AVERAGE-BANDWIDTH']) if (!attributes.has(required)) breaches.push(`RFC 8216 4.3.4.2: ${uri} has no ${required}`);
    for (const kind of ['AUDIO', 'SUBTITLES']) {
      if (attributes.has(kind) && membersOf(top, kind, attributes.get(kind)).length === 0) breaches.push(`RFC 8216 4.3.4.2.1: ${uri} names a group of ${kind} that is not there`);
    }
    const sounds = await Promise.all(membersOf(top, 'AUDIO', attributes.get('AUDIO')).map((member) => look(unquoted(member.get('URI')) ?? uri)));
    checkRates(uri, attributes, own, sounds, breaches);
    for (const sound of sounds) checkSoundKeepsPace(uri, own, sound, breaches);
  }
  for (const member of top.media) await look(unquoted(member.get('URI')) ?? '');
  const cuts = new Set(pictures.map(({ read }) => read.segments.map(({ seconds }) => seconds.toFixed(3)).join()));
  if (cuts.size > 1) breaches.push('RFC 8216 6.2.4: not every picture is cut at the same moments');
  return breaches;
}

async function measure(url: string, asker: Asker, breaches: string[]): Promise<Measured> {
  const read = readPlaylist(await asker.text(url));
  breaches.push(...read.breaches.map((says) => `${url}: ${says}`));
  const whole = new Map<string, number>();
  const sizeOf = async (uri: string): Promise<number> => {
    const size = whole.get(uri) ?? (await asker.size(new URL(uri, url).href));
    whole.set(uri, size);
    return size;
  };
  for (const uri of read.maps) await sizeOf(uri);
  for (const uri of read.keys) if ((await sizeOf(uri)) !== 16) breaches.push(`${url}: RFC 8216 4.3.2.4: an AES-128 key has 16 octets`);
  const sizes: number[] = [];
  let end = 0;
  for (const { uri, range, isEncrypted } of read.segments) {
    const size = await sizeOf(uri);
    if (range && range.offset + range.bytes > size) breaches.push(`${url}: RFC 8216 4.3.2.2: a range reaches past the end of its file`);
    if (range && end > 0 && range.offset !== end) breaches.push(`${url}: RFC 8216 4.3.2.2: a range does not begin where the one before ends`);
    end = range ? range.offset + range.bytes : 0;
    const bytes = range?.bytes ?? size;
    if (isEncrypted && bytes % 16 !== 0) breaches.push(`${url}: RFC 8216 4.3.2.4: AES-128 in CBC mode comes in blocks of 16 octets`);
    sizes.push(bytes);
  }
  const seconds = read.segments.map((segment) => segment.seconds);
  return { read, peak: peakOf(sizes, seconds, read.targetSeconds), average: (sum(sizes) * 8) / sum(seconds) };
}

/** RFC 8216 4.1: the peak segment bit rate, over every contiguous set of segments of half to one and a half target durations; over all there is where nothing lasts so long. */
function peakOf(sizes: readonly number[], seconds: readonly number[], target: number): number {
  let peak = 0;
  for (const from of sizes.keys()) {
    for (let to = from + 1; to <= sizes.length; to++) {
      const lasts = sum(seconds.slice(from, to));
      if (lasts > target * 1.5) break;
      if (lasts >= target * 0.5) peak = Math.max(peak, (sum(sizes.slice(from, to)) * 8) / lasts);
    }
  }
  return peak > 0 ? peak : (sum(sizes) * 8) / sum(seconds);
}

function checkRates(uri: string, attributes: Attributes, own: Measured, sounds: readonly Measured[], breaches: string[]): void {
  const told = (name: string) => Number(attributes.get(name));
  const peak = own.peak + Math.max(0, ...sounds.map((sound) => sound.peak));
  const average = own.average + Math.max(0, ...sounds.map((sound) => sound.average));
  const near = (value: number, measured: number) => value >= measured * 0.999 && value <= measured * 1.01 + 200;
  if (!near(told('BANDWIDTH'), peak)) breaches.push(`RFC 8216 4.3.4.2: BANDWIDTH of ${uri} is ${told('BANDWIDTH')}, measured ${Math.round(peak)}`);
  if (!near(told('AVERAGE-BANDWIDTH'), average)) breaches.push(`RFC 8216 4.3.4.2: AVERAGE-BANDWIDTH of ${uri} is ${told('AVERAGE-BANDWIDTH')}, measured ${Math.round(average)}`);
}

/** Sound is cut at its own frames, so nearly where the picture is. */
function checkSoundKeepsPace(uri: string, picture: Measured, sound: Measured, breaches: string[]): void {
  const starts = ({ read }: Measured) => read.segments.map((_, index) => sum(read.segments.slice(0, index).map(({ seconds }) => seconds)));
  const heard = starts(sound);
  const apart = starts(picture).filter((start, index) => heard[index] !== undefined && Math.abs(start - heard[index]) > 0.2);
  if (apart.length > 0) breaches.push(`RFC 8216 6.2.4: the sound of ${uri} is cut elsewhere than its picture`);
}

function checkGroups({ media }: Read, breaches: string[]): void {
  const groups = Map.groupBy(media, (member) => `${member.get('TYPE')} ${member.get('GROUP-ID')}`);
  for (const [group, members] of groups) {
    const names = members.map((member) => member.get('NAME'));
    if (new Set(names).size < names.length) breaches.push(`RFC 8216 4.3.4.1.1: two renditions of ${group} have one name`);
    const defaults = members.filter((member) => member.get('DEFAULT') === 'YES');
    if (defaults.length > 1) breaches.push(`RFC 8216 4.3.4.1.1: ${group} has one default at most`);
    if (defaults.some((member) => member.get('AUTOSELECT') === 'NO')) breaches.push(`RFC 8216 4.3.4.1: a default is selected by itself`);
  }
  for (const member of media) {
    if (!/^(?:AUDIO|VIDEO|SUBTITLES|CLOSED-CAPTIONS)$/.test(member.get('TYPE') ?? '')) breaches.push(`RFC 8216 4.3.4.1: there is no TYPE ${member.get('TYPE')}`);
    if (member.get('TYPE') === 'SUBTITLES' && !member.has('URI')) breaches.push('RFC 8216 4.3.4.1: subtitles have an address');
  }
  const sets = [...groups].filter(([group]) => group.startsWith('AUDIO')).map(([, members]) => members.map((member) => member.get('NAME')).join());
  if (new Set(sets).size > 1) breaches.push('RFC 8216 4.3.4.1.1: groups of one type hold the same renditions');
}

function membersOf({ media }: Read, type: string, group: string | undefined): Attributes[] {
  return media.filter((member) => member.get('TYPE') === type && member.get('GROUP-ID') === group);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
