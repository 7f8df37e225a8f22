import { createCanvas, GlobalFonts, type SKRSContext2D } from '@napi-rs/canvas';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { wrap } from './captions.ts';
import type { Drawing, Scene } from './script.ts';

const require = createRequire(import.meta.url);
const width = 1280;
const height = 720;
const margin = 88;

export interface Palette {
  readonly paper: string;
  readonly ink: string;
  readonly accent: string;
  readonly soft: string;
}

/** The one family of the whole product; drawing falls back to the system's sans when it cannot be read. */
export function loadFonts(): void {
  const folder = join(dirname(require.resolve('@fontsource-variable/noto-sans/package.json')), 'files');
  GlobalFonts.registerFromPath(join(folder, 'noto-sans-latin-wght-normal.woff2'), 'Noto Sans');
}

/** A slide as it stands after so many steps of its scene, as PNG. */
export function drawSlide(lesson: string, scene: Scene, steps: number, palette: Palette): Buffer {
  const canvas = createCanvas(width, height);
  const context = canvas.getContext('2d');
  background(context, palette);
  text(context, lesson, margin, 76, 22, palette.accent, 600);
  text(context, scene.heading, margin, 150, fit(context, scene.heading, width - 2 * margin, 52), palette.ink, 700);
  const shown = scene.steps.slice(0, steps).flatMap(({ show }) => (show ? [show] : []));
  const points = shown.filter((drawing) => drawing.kind === 'point');
  const figure = shown.findLast((drawing) => drawing.kind !== 'point');
  const newest = shown.at(-1);
  drawPoints(context, points.map((point) => point.text), newest?.kind === 'point' ? newest.text : null, palette, figure !== undefined);
  if (figure) drawFigure(context, figure, points.length > 0, palette);
  return canvas.toBuffer('image/png');
}

/** A title card, as JPEG of 640 by 360. */
export function drawPoster(title: string, subtitle: string, palette: Palette): Buffer {
  const canvas = createCanvas(640, 360);
  const context = canvas.getContext('2d');
  context.fillStyle = palette.ink;
  context.fillRect(0, 0, 640, 360);
  context.fillStyle = palette.accent;
  for (let ring = 0; ring < 5; ring++) {
    context.globalAlpha = 0.16;
    context.beginPath();
    context.arc(560, 300, 70 + ring * 48, 0, Math.PI * 2);
    context.fill();
  }
  context.globalAlpha = 1;
  text(context, subtitle, 44, 84, 20, palette.soft, 600);
  wrap(title, 22).forEach((line, index) => text(context, line, 44, 150 + index * 52, 42, '#ffffff', 700));
  return canvas.toBuffer('image/jpeg', 82);
}

function background(context: SKRSContext2D, palette: Palette): void {
  context.fillStyle = palette.paper;
  context.fillRect(0, 0, width, height);
  context.fillStyle = palette.soft;
  context.globalAlpha = 0.5;
  context.beginPath();
  context.arc(width - 40, 40, 190, 0, Math.PI * 2);
  context.fill();
  context.globalAlpha = 1;
}

function drawPoints(context: SKRSContext2D, points: readonly string[], newest: string | null, palette: Palette, besideFigure: boolean): void {
  const lines = points.reduce((sum, point) => sum + wrap(point, besideFigure ? 26 : 52).length, 0);
  // Between the heading and the line at the bottom.
  const gap = Math.min(18, (400 - lines * 46) / points.length);
  let y = 260;
  for (const point of points) {
    context.fillStyle = palette.accent;
    context.beginPath();
    context.arc(margin + 8, y - 11, 8, 0, Math.PI * 2);
    context.fill();
    for (const line of wrap(point, besideFigure ? 26 : 52)) {
      text(context, line, margin + 38, y, 34, palette.ink, point === newest ? 600 : 400);
      y += 46;
    }
    y += gap;
  }
}

function drawFigure(context: SKRSContext2D, figure: Exclude<Drawing, { kind: 'point' }>, besidePoints: boolean, palette: Palette): void {
  const left = besidePoints ? width / 2 + 40 : margin;
  const room = width - margin - left;
  if (figure.kind === 'big') drawBig(context, figure.text, left, room, palette);
  else if (figure.kind === 'bars') drawBars(context, figure.bars, left, room, palette);
  else drawFlow(context, figure.boxes, left, room, palette, besidePoints);
}

function drawBig(context: SKRSContext2D, content: string, left: number, room: number, palette: Palette): void {
  const size = fit(context, content, room, 130);
  text(context, content, left + (room - context.measureText(content).width) / 2, 460, size, palette.accent, 700);
}

function drawBars(context: SKRSContext2D, bars: readonly { label: string; value: number }[], left: number, room: number, palette: Palette): void {
  const highest = Math.max(...bars.map(({ value }) => value));
  const step = room / bars.length;
  bars.forEach(({ label, value }, index) => {
    const tall = Math.max(6, (value / highest) * 290);
    context.fillStyle = index === bars.length - 1 ? palette.accent : palette.soft;
    context.fillRect(left + index * step + step * 0.15, 580 - tall, step * 0.7, tall);
    centred(context, String(value), left + (index + 0.5) * step, 566 - tall, 26, palette.ink, 600);
    centred(context, label, left + (index + 0.5) * step, 622, 26, palette.ink, 400);
  });
}

function drawFlow(context: SKRSContext2D, boxes: readonly string[], left: number, room: number, palette: Palette, upright: boolean): void {
  const count = boxes.length;
  boxes.forEach((box, index) => {
    const gap = upright ? 34 : 56;
    const boxWidth = upright ? room : (room - gap * (count - 1)) / count;
    const boxHeight = upright ? Math.min(84, (400 - gap * (count - 1)) / count) : 150;
    const x = upright ? left : left + index * (boxWidth + gap);
    const y = upright ? 240 + index * (boxHeight + gap) : 360;
    context.fillStyle = index === count - 1 ? palette.accent : palette.soft;
    context.beginPath();
    context.roundRect(x, y, boxWidth, boxHeight, 16);
    context.fill();
    const lines = wrap(box, Math.max(8, Math.floor(boxWidth / 18)));
    const ink = index === count - 1 ? '#ffffff' : palette.ink;
    lines.forEach((line, row) => centred(context, line, x + boxWidth / 2, y + boxHeight / 2 + 10 + (row - (lines.length - 1) / 2) * 34, 28, ink, 600));
    if (index < count - 1) arrow(context, upright ? x + boxWidth / 2 : x + boxWidth, upright ? y + boxHeight : y + boxHeight / 2, gap, upright, palette);
  });
}

function arrow(context: SKRSContext2D, x: number, y: number, length: number, down: boolean, palette: Palette): void {
  context.save();
  context.translate(x, y);
  if (down) context.rotate(Math.PI / 2);
  context.strokeStyle = palette.ink;
  context.lineWidth = 4;
  context.beginPath();
  context.moveTo(6, 0);
  context.lineTo(length - 8, 0);
  context.moveTo(length - 18, -9);
  context.lineTo(length - 8, 0);
  context.lineTo(length - 18, 9);
  context.stroke();
  context.restore();
}

/** The largest size up to `size` at which a bold line is no wider than `room`, set as the font. */
function fit(context: SKRSContext2D, content: string, room: number, size: number): number {
  setFont(context, size, 700);
  return context.measureText(content).width <= room || size <= 30 ? size : fit(context, content, room, size - 2);
}

/** The font's own bold, by its axis of weight; asked of `font` it would only be smeared. */
function setFont(context: SKRSContext2D, size: number, weight: number): void {
  context.font = `${size}px "Noto Sans", "DejaVu Sans", sans-serif`;
  context.fontVariationSettings = `'wght' ${weight}`;
}

function text(context: SKRSContext2D, content: string, x: number, y: number, size: number, colour: string, weight: number): void {
  setFont(context, size, weight);
  context.fillStyle = colour;
  context.fillText(content, x, y);
}

function centred(context: SKRSContext2D, content: string, x: number, y: number, size: number, colour: string, weight: number): void {
  context.textAlign = 'center';
  text(context, content, x, y, size, colour, weight);
  context.textAlign = 'left';
}
