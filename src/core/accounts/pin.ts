import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import { z } from 'zod';

const derive = promisify<string, Uint8Array, number, { N: number; r: number; p: number; maxmem: number }, Buffer>(scrypt);

/** 32 MiB and about a tenth of a second a try (RFC 7914 names the letters). */
const cost = { N: 2 ** 15, r: 8, p: 1 } as const;
const maxmem = 64 * 1024 * 1024;
const hashBytes = 32;

const storedPin = z.string().regex(/^scrypt\$[\w-]{22}\$[\w-]{43}$/).transform((text) => text.split('$').slice(1).map((part) => Buffer.from(part, 'base64url')));

/** A PIN as it may lie on the disk. Four digits do not withstand somebody who takes the disk away; see docs/security.md. */
export async function hashPin(pin: string): Promise<string> {
  const salt = randomBytes(16);
  const hash = await derive(pin.normalize(), salt, hashBytes, { ...cost, maxmem });
  return `scrypt$${salt.toString('base64url')}$${hash.toString('base64url')}`;
}

/** False for another PIN, and for a stored one that cannot be read. */
export async function pinFits(stored: string, pin: string): Promise<boolean> {
  const parts = storedPin.safeParse(stored).data;
  if (!parts) return false;
  const [salt, hash] = parts as [Buffer, Buffer];
  return timingSafeEqual(await derive(pin.normalize(), salt, hashBytes, { ...cost, maxmem }), hash);
}
