// Draws the app's icons from one list of shapes: an SVG, and PNGs for launchers that take nothing else.
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { crc32, deflateSync } from 'node:zlib';

const OUT = join(dirname(fileURLToPath(import.meta.url)), '..', 'public', 'icons');
const NIGHT = '#0d1630';

// A lantern on a 100 × 100 ground. Each shape is a polygon, or a circle with a hole of its own radius.
const LANTERN = [
  { fill: '#8b9ad0', circle: [50, 17.5, 5.5, 3] },
  {
    fill: '#8b9ad0',
    points: [
      [48, 22],
      [52, 22],
      [52, 27],
      [76, 42],
      [77, 46],
      [23, 46],
      [24, 42],
      [48, 27],
    ],
  },
  {
    fill: '#4a5a98',
    points: [
      [28, 46],
      [72, 46],
      [69, 78],
      [31, 78],
    ],
  },
  {
    fill: '#ffc566',
    points: [
      [32, 47],
      [68, 47],
      [65.5, 76],
      [34.5, 76],
    ],
  },
  { fill: '#fff0cc', circle: [50, 66.5, 7.5, 0] },
  {
    fill: '#fff0cc',
    points: [
      [50, 50],
      [56.9, 63.5],
      [43.1, 63.5],
    ],
  },
  {
    fill: '#8b9ad0',
    points: [
      [25, 78],
      [75, 78],
      [75, 82],
      [25, 82],
    ],
  },
  {
    fill: '#4a5a98',
    points: [
      [35, 82],
      [65, 82],
      [62, 86],
      [38, 86],
    ],
  },
];
// A notification's badge is a silhouette; the phone gives it its colour.
const BADGE = LANTERN.filter((_, index) => ![3].includes(index)).map((shape) => ({ ...shape, fill: '#ffffff' }));

function inside(shape, x, y) {
  if (shape.circle) {
    const [cx, cy, radius, hole] = shape.circle;
    const away = Math.hypot(x - cx, y - cy);
    return away <= radius && away >= hole;
  }
  let within = false;
  for (let i = 0, j = shape.points.length - 1; i < shape.points.length; j = i++) {
    const [xi, yi] = shape.points[i];
    const [xj, yj] = shape.points[j];
    if (yi > y !== yj > y && x < ((xj - xi) * (y - yi)) / (yj - yi) + xi) within = !within;
  }
  return within;
}

const rgb = (hex) => [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16));

function png(size, shapes, { ground, corner = 0, scale = 1 }) {
  const STEPS = 4;
  const rows = Buffer.alloc(size * (size * 4 + 1));
  for (let py = 0; py < size; py++) {
    for (let px = 0; px < size; px++) {
      const sum = [0, 0, 0, 0];
      for (let step = 0; step < STEPS * STEPS; step++) {
        const x = ((px + ((step % STEPS) + 0.5) / STEPS) / size) * 100;
        const y = ((py + (Math.floor(step / STEPS) + 0.5) / STEPS) / size) * 100;
        const drawn = shapes.findLast((shape) => inside(shape, 50 + (x - 50) / scale, 50 + (y - 50) / scale));
        const colour = drawn?.fill ?? (ground && rounded(x, y, corner) ? ground : null);
        if (!colour) continue;
        for (const [index, value] of rgb(colour).entries()) sum[index] += value;
        sum[3] += 1;
      }
      const at = py * (size * 4 + 1) + 1 + px * 4;
      for (let index = 0; index < 3; index++) rows[at + index] = sum[3] ? Math.round(sum[index] / sum[3]) : 0;
      rows[at + 3] = Math.round((sum[3] / (STEPS * STEPS)) * 255);
    }
  }
  const head = Buffer.alloc(13);
  head.writeUInt32BE(size, 0);
  head.writeUInt32BE(size, 4);
  head.set([8, 6, 0, 0, 0], 8);
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  return Buffer.concat([
    signature,
    chunk('IHDR', head),
    chunk('IDAT', deflateSync(rows, { level: 9 })),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

function rounded(x, y, corner) {
  const dx = Math.max(corner - x, x - (100 - corner), 0);
  const dy = Math.max(corner - y, y - (100 - corner), 0);
  return Math.hypot(dx, dy) <= corner;
}

function chunk(kind, data) {
  const framed = Buffer.concat([Buffer.from(kind, 'latin1'), data]);
  const out = Buffer.alloc(framed.length + 8);
  out.writeUInt32BE(data.length, 0);
  framed.copy(out, 4);
  out.writeUInt32BE(crc32(framed), framed.length + 4);
  return out;
}

function svg(shapes) {
  const drawn = shapes.map(({ fill, circle, points }) => {
    if (!circle) return `<polygon fill="${fill}" points="${points.map((point) => point.join(',')).join(' ')}"/>`;
    const [cx, cy, radius, hole] = circle;
    const [r, width] = hole ? [(radius + hole) / 2, radius - hole] : [radius, 0];
    return `<circle cx="${cx}" cy="${cy}" r="${r}" ${hole ? `fill="none" stroke="${fill}" stroke-width="${width}"` : `fill="${fill}"`}/>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 100"><rect width="100" height="100" rx="22" fill="${NIGHT}"/>${drawn.join('')}</svg>\n`;
}

mkdirSync(OUT, { recursive: true });
writeFileSync(join(OUT, 'lamp.svg'), svg(LANTERN));
for (const size of [192, 512])
  writeFileSync(join(OUT, `lamp-${size}.png`), png(size, LANTERN, { ground: NIGHT, corner: 22 }));
writeFileSync(join(OUT, 'lamp-180.png'), png(180, LANTERN, { ground: NIGHT }));
writeFileSync(join(OUT, 'lamp-maskable-512.png'), png(512, LANTERN, { ground: NIGHT, scale: 0.82 }));
writeFileSync(join(OUT, 'badge-96.png'), png(96, BADGE, { scale: 1.25 }));
