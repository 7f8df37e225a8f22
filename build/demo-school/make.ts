// Makes the demo school from resources/demo-school: drawn, spoken, encoded, each lesson once per content.
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { z } from 'zod';
import { encodedLessonSchema, encodedSchoolSchema, type EncodedLesson, type EncodedSchool } from '../../src/shared/models/encoded-lesson.ts';
import { captionsOf } from './captions.ts';
import { encodeLadder, encodePlain } from './encode.ts';
import { speak } from './narration.ts';
import { parseScript, type LessonScript } from './script.ts';
import { drawPoster, drawSlide, loadFonts } from './slides.ts';

const run = promisify(execFile);
const workshopPrefix = '.making-';
/** Longer than any lesson takes to make. */
const leftoverMs = 6 * 60 * 60 * 1000;
const sources = dirname(fileURLToPath(import.meta.url));
const defaultMaterial = join(sources, '..', '..', 'resources', 'demo-school');

const materialSchema = z.object({
  name: z.string(),
  courses: z.array(
    z.object({
      id: z.string(),
      title: z.string(),
      description: z.string(),
      language: z.string(),
      palette: z.object({ paper: z.string(), ink: z.string(), accent: z.string(), soft: z.string() }),
      lessons: z.array(z.object({ id: z.string(), plain: z.boolean().default(false) })),
    }),
  ),
  people: encodedSchoolSchema.shape.people,
  demoPerson: z.string(),
});
type Material = z.infer<typeof materialSchema>;
type Course = Material['courses'][number];

interface Options {
  readonly cacheFolder: string;
  readonly onProgress?: (progress: { lesson: string; done: number; total: number; sentence: string }) => void;
  readonly signal?: AbortSignal;
  /** Another school's material, for tests. */
  readonly material?: string;
}

/** Gives the folder with school.json and the encoded lessons; what was made before is taken from the cache. */
export async function makeDemoSchool({ cacheFolder, onProgress = () => {}, signal, material = defaultMaterial }: Options): Promise<string> {
  const text = await readFile(join(material, 'school.json'), 'utf8');
  const school = materialSchema.parse(JSON.parse(text));
  const tools = await hashOfTools();
  const jobs = await Promise.all(
    school.courses.flatMap((course) =>
      course.lessons.map(async (lesson, position) => {
        const script = await readFile(join(material, 'lessons', `${lesson.id}.md`), 'utf8');
        const { lessons: _, ...of } = course;
        const hash = hashOf(tools, script, JSON.stringify({ of, lesson, position }));
        return { course, lesson, position, script, hash };
      }),
    ),
  );
  const folder = join(cacheFolder, 'demo-school', hashOf(tools, text, ...jobs.map(({ hash }) => hash)));
  if (existsSync(folder)) return folder;

  loadFonts();
  let done = 0;
  const made = new Map<string, string>();
  const queue = [...jobs];
  const work = async () => {
    for (let job = queue.shift(); job; job = queue.shift()) {
      const { course, lesson, position, script, hash } = job;
      const target = join(cacheFolder, 'demo-lessons', hash);
      if (!existsSync(target)) {
        onProgress({ lesson: lesson.id, done, total: jobs.length, sentence: `making “${lesson.id}”` });
        await atomically(target, (workshop) => makeLesson({ workshop, course, ...lesson, position, script: parseScript(script), hash, signal }));
      }
      done += 1;
      made.set(lesson.id, target);
      onProgress({ lesson: lesson.id, done, total: jobs.length, sentence: `“${lesson.id}” is ready` });
    }
  };
  await Promise.all([work(), work()]);
  await atomically(folder, (workshop) => assemble(workshop, school, made));
  return folder;
}

interface LessonJob {
  readonly workshop: string;
  readonly course: Course;
  readonly id: string;
  readonly plain: boolean;
  readonly position: number;
  readonly script: LessonScript;
  readonly hash: string;
  readonly signal: AbortSignal | undefined;
}

async function makeLesson({ workshop, course, id, plain, position, script, hash, signal }: LessonJob): Promise<void> {
  const steps = script.scenes.flatMap((scene) => scene.steps);
  const sentences = steps.map(({ say }) => say);
  const { times, durationMs } = await speak(sentences, workshop, signal);
  await drawSlides(workshop, script, course, times, durationMs);
  await writeFile(join(workshop, 'captions.en.vtt'), captionsOf(sentences, times));
  await writeFile(join(workshop, 'poster.jpg'), drawPoster(script.title, course.title, course.palette));
  const source = { folder: workshop, durationMs, accent: course.palette.accent.replace('#', '0x'), signal };
  const renditions = plain ? [] : await encodeLadder(source);
  if (plain) await encodePlain(source);
  const lesson: EncodedLesson = {
    ...{ id, courseId: course.id, position, title: script.title, description: script.description, language: course.language, durationMs },
    timelineId: `${id}-${hash.slice(0, 8)}`,
    renditions,
    plainVideo: plain ? 'video.mp4' : null,
    captions: plain ? [] : [{ language: 'en', file: 'captions.en.vtt' }],
    poster: 'poster.jpg',
    chapters: chaptersOf(script, times),
  };
  await writeFile(join(workshop, 'lesson.json'), JSON.stringify(encodedLessonSchema.parse(lesson), null, 1));
  const keep = new Set(['lesson.json', 'poster.jpg', ...lesson.captions.map(({ file }) => file), ...renditions.map(({ file }) => file), ...(plain ? ['video.mp4'] : [])]);
  for (const name of await readdir(workshop)) if (!keep.has(name)) await rm(join(workshop, name));
}

/** One still per step, and ffmpeg's list of how long each stands. */
async function drawSlides(workshop: string, script: LessonScript, course: Course, times: readonly { startMs: number }[], durationMs: number): Promise<void> {
  const list = ['ffconcat version 1.0'];
  let index = 0;
  let file = '';
  for (const scene of script.scenes) {
    for (let shown = 1; shown <= scene.steps.length; shown++, index++) {
      file = `slide-${index}.png`;
      await writeFile(join(workshop, file), drawSlide(script.title, scene, shown, course.palette));
      const begin = index === 0 ? 0 : (times[index]?.startMs ?? 0);
      const end = times[index + 1]?.startMs ?? durationMs;
      list.push(`file ${file}`, `duration ${((end - begin) / 1000).toFixed(3)}`);
    }
  }
  await writeFile(join(workshop, 'slides.txt'), [...list, `file ${file}`].join('\n'));
}

function chaptersOf(script: LessonScript, times: readonly { startMs: number }[]): EncodedLesson['chapters'] {
  let step = 0;
  return script.scenes.map(({ heading, steps }) => {
    const startMs = step === 0 ? 0 : (times[step]?.startMs ?? 0);
    step += steps.length;
    return { startMs, title: heading };
  });
}

async function assemble(workshop: string, material: Material, made: ReadonlyMap<string, string>): Promise<void> {
  for (const [id, folder] of made) await cp(folder, join(workshop, 'lessons', id), { recursive: true });
  for (const course of material.courses) await writeFile(join(workshop, `${course.id}.jpg`), drawPoster(course.title, material.name, course.palette));
  const school: EncodedSchool = {
    name: material.name,
    courses: material.courses.map(({ id, title, description, language, lessons }) => ({
      ...{ id, title, description, language, poster: `${id}.jpg` },
      lessons: lessons.map((lesson) => lesson.id),
    })),
    people: material.people,
    demoPerson: material.demoPerson,
  };
  await writeFile(join(workshop, 'school.json'), JSON.stringify(encodedSchoolSchema.parse(school), null, 1));
}

/** Fills a folder beside the target and moves it into place when it is whole; a killed run leaves no half of it. */
async function atomically(target: string, fill: (workshop: string) => Promise<void>): Promise<void> {
  await mkdir(dirname(target), { recursive: true });
  await clearLeftovers(dirname(target));
  const workshop = await mkdtemp(join(dirname(target), workshopPrefix));
  try {
    await fill(workshop);
    // Another run may have finished the same content meanwhile; then ours is not needed.
    if (!existsSync(target)) await rename(workshop, target);
  } finally {
    await rm(workshop, { recursive: true, force: true });
  }
}

/** Workshops of runs that were killed; one that is younger may still be at work. */
async function clearLeftovers(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    if (!name.startsWith(workshopPrefix)) continue;
    // One at work beside us may have moved its own into place meanwhile.
    const found = await stat(join(folder, name)).catch(() => null);
    if (found && Date.now() - found.mtimeMs > leftoverMs) await rm(join(folder, name), { recursive: true, force: true });
  }
}

/** The generator's own code and the programs it calls are part of what was made. */
async function hashOfTools(): Promise<string> {
  const [ffmpeg, voice] = await Promise.all([run('ffmpeg', ['-version']), run('espeak-ng', ['--version'])]);
  const names = (await readdir(sources)).filter((name) => name.endsWith('.ts')).sort();
  const code = await Promise.all(names.map((name) => readFile(join(sources, name), 'utf8')));
  return hashOf(ffmpeg.stdout.split('\n')[0] ?? '', voice.stdout.split('Data at')[0] ?? '', ...code);
}

function hashOf(...parts: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 32);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { cacheFolder } = await import('../setup/cache-folder.mjs');
  console.log(await makeDemoSchool({ cacheFolder: cacheFolder(), onProgress: ({ done, total, sentence }) => console.log(`${done}/${total} ${sentence}`) }));
}
