import { createCanvas } from '@napi-rs/canvas';
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Grows when the material below changes, so that no old lesson is taken for a new one. */
const edition = 4;
const slides = [
  ['Four chambers, two circles', 'Blood goes round twice: once to the lungs, once to everything else.'],
  ['The right side', 'It takes tired, dark blood and sends it to the lungs for oxygen.'],
  ['The left side', 'It takes the bright blood back and pushes it through the whole body.'],
  ['Why the left wall is thicker', 'The longer the way, the harder the push.'],
  ['Try it', 'Count your pulse for fifteen seconds and multiply by four.'],
] as const;
const secondsPerSlide = 12;
const ladder = [
  { height: 720, bitrate: '500k' },
  { height: 480, bitrate: '260k' },
  { height: 360, bitrate: '140k' },
] as const;

/** A real minute of lesson in three qualities with sound and captions, and posters; made once under `folder`, by whoever is first. Gives back where. */
export async function lessonMedia(folder: string): Promise<string> {
  const made = join(folder, `screens-media-${edition}`);
  if (existsSync(made)) return made;
  await mkdir(folder, { recursive: true });
  const workshop = await mkdtemp(join(folder, '.screens-media-'));
  await mkdir(join(workshop, 'lesson'));
  await drawSlides(workshop);
  await encode(workshop);
  await run('ffmpeg', ['-y', '-loglevel', 'error', '-i', 'lesson/360p.m3u8', '-i', 'lesson/sound.m3u8', '-c', 'copy', '-movflags', '+faststart', 'lesson/plain.mp4'], { cwd: workshop });
  await writeFile(join(workshop, 'lesson', 'captions.vtt'), captions());
  await drawPreviews(workshop);
  await addSecondSound(workshop);
  for (const [index, poster] of posters().entries()) await writeFile(join(workshop, `poster-${index + 1}.svg`), poster);
  await rename(workshop, made).catch(async (error: unknown) => {
    await rm(workshop, { recursive: true, force: true });
    if (!existsSync(made)) throw error;
  });
  return made;
}

async function drawSlides(folder: string): Promise<void> {
  for (const [index, [title, line]] of slides.entries()) {
    const canvas = createCanvas(1280, 720);
    const pen = canvas.getContext('2d');
    pen.fillStyle = '#f4efe4';
    pen.fillRect(0, 0, 1280, 720);
    pen.fillStyle = '#0b6b58';
    pen.fillRect(0, 0, 24, 720);
    pen.fillStyle = '#1b2320';
    pen.font = 'bold 64px sans-serif';
    pen.fillText(title, 96, 180, 1080);
    pen.font = '36px sans-serif';
    pen.fillText(line, 96, 250, 1080);
    for (const [at, colour] of [[420, '#b3261e'], [860, '#34487f']] as const) {
      pen.strokeStyle = colour;
      pen.lineWidth = 18;
      pen.beginPath();
      pen.arc(at, 480, 110 + index * 8, 0, Math.PI * 2);
      pen.stroke();
    }
    await writeFile(join(folder, `slide-${index}.png`), canvas.toBuffer('image/png'));
  }
  const list = slides.map((_, index) => `file 'slide-${index}.png'\nduration ${secondsPerSlide}`).join('\n');
  await writeFile(join(folder, 'slides.txt'), `${list}\nfile 'slide-${slides.length - 1}.png'\n`);
}

async function encode(folder: string): Promise<void> {
  const seconds = slides.length * secondsPerSlide;
  const pictures = ladder.flatMap(({ height, bitrate }, index) => [
    '-map', '0:v', `-filter:v:${index}`, `scale=-2:${height},fps=15`, `-b:v:${index}`, bitrate,
  ]);
  const streams = ladder.map(({ height }, index) => `v:${index},agroup:sound,name:${height}p`);
  await run('ffmpeg', [
    '-y', '-loglevel', 'error',
    '-f', 'concat', '-safe', '0', '-i', 'slides.txt',
    '-f', 'lavfi', '-i', `sine=frequency=220:duration=${seconds},volume=0.02`,
    ...pictures, '-map', '1:a',
    '-c:v', 'libx264', '-preset', 'veryfast', '-pix_fmt', 'yuv420p', '-g', '90', '-keyint_min', '90', '-sc_threshold', '0',
    '-c:a', 'aac', '-b:a', '64k', '-t', String(seconds),
    '-f', 'hls', '-hls_time', '6', '-hls_playlist_type', 'vod', '-hls_segment_type', 'fmp4',
    '-hls_fmp4_init_filename', 'init-%v.mp4', '-hls_segment_filename', 'lesson/%v-%d.m4s',
    '-master_pl_name', 'master.m3u8', '-var_stream_map', [...streams, 'a:0,agroup:sound,name:sound,default:yes'].join(' '),
    'lesson/%v.m3u8',
  ], { cwd: folder });
}

const previewSeconds = 10;

/** A picture every ten seconds, six to a sprite, and the list that says which is where. */
async function drawPreviews(folder: string): Promise<void> {
  await run('ffmpeg', ['-y', '-loglevel', 'error', '-i', 'lesson/plain.mp4', '-vf', `fps=1/${previewSeconds},scale=160:90,tile=3x2`, '-frames:v', '1', 'lesson/sprite.jpg'], { cwd: folder });
  const time = (seconds: number) => `0${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}.000`;
  const cues = Array.from({ length: 6 }, (_, index) => {
    const span = `${time(index * previewSeconds)} --> ${time((index + 1) * previewSeconds)}`;
    return `${span}\nsprite.jpg#xywh=${(index % 3) * 160},${Math.floor(index / 3) * 90},160,90`;
  });
  await writeFile(join(folder, 'lesson', 'thumbnails.vtt'), `WEBVTT\n\n${cues.join('\n\n')}\n`);
}

/** The same lesson with a second sound to choose from. */
async function addSecondSound(folder: string): Promise<void> {
  const seconds = slides.length * secondsPerSlide;
  await run('ffmpeg', [
    '-y', '-loglevel', 'error', '-f', 'lavfi', '-i', `sine=frequency=330:duration=${seconds},volume=0.02`, '-c:a', 'aac', '-b:a', '64k',
    '-f', 'hls', '-hls_time', '6', '-hls_playlist_type', 'vod', '-hls_segment_type', 'fmp4',
    '-hls_fmp4_init_filename', 'init-second.mp4', '-hls_segment_filename', 'lesson/second-%d.m4s', 'lesson/second.m3u8',
  ], { cwd: folder });
  const master = await readFile(join(folder, 'lesson', 'master.m3u8'), 'utf8');
  const media = (language: string, uri: string, isDefault: string) =>
    `#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="group_sound",NAME="${language}",LANGUAGE="${language}",DEFAULT=${isDefault},AUTOSELECT=YES,URI="${uri}"`;
  const both = master.replace(/^#EXT-X-MEDIA:.*$/m, `${media('en', 'sound.m3u8', 'YES')}\n${media('hi', 'second.m3u8', 'NO')}`);
  await writeFile(join(folder, 'lesson', 'two-sounds.m3u8'), both);
}

function captions(): string {
  const time = (seconds: number) => `00:${String(Math.floor(seconds / 60)).padStart(2, '0')}:${String(seconds % 60).padStart(2, '0')}.000`;
  const cues = slides.flatMap(([title, line], index) => {
    const start = index * secondsPerSlide;
    return [
      `${time(start)} --> ${time(start + 5)}\n${title}.`,
      `${time(start + 5)} --> ${time(start + secondsPerSlide)}\n${line}`,
    ];
  });
  return `WEBVTT\n\n${cues.join('\n\n')}\n`;
}

function posters(): string[] {
  const scenes = [
    ['#0b6b58', '#f4efe4', '<circle cx="240" cy="190" r="96" fill="#e2725b"/><circle cx="400" cy="190" r="96" fill="#c8463a"/>'],
    ['#34487f', '#f2d7a0', '<path d="M320 70a110 110 0 1 1-110 110h110z" fill="#f2a65a"/><path d="M300 50v110H190A110 110 0 0 1 300 50z" fill="#e4572e"/>'],
    ['#1f6a80', '#dff3f6', '<path d="M320 60c70 90 96 130 96 172a96 96 0 0 1-192 0c0-42 26-82 96-172z" fill="#8fd3e8"/>'],
  ] as const;
  return scenes.map(
    ([ground, line, shape]) =>
      `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 640 360"><rect width="640" height="360" fill="${ground}"/><path d="M0 300h640" stroke="${line}" stroke-width="3" opacity=".5"/>${shape}</svg>`,
  );
}
