import { z } from 'zod';

export const studentSchema = z.object({
  id: z.string().min(1).max(64),
  name: z.string().max(200),
  email: z.string().max(320),
});
export type Student = z.infer<typeof studentSchema>;

/** `GET /api/server`: who is speaking, before anyone signs in. Parsing it is how the app tells a server from a captive portal. */
export const serverInfoSchema = z.object({
  service: z.literal('teachify'),
  name: z.string().max(200),
  version: z.string().max(40),
  /** Server's wall clock, ms since the Unix epoch. */
  time: z.int().nonnegative(),
  /** The school's manifest and lease signing key (Ed25519, RFC 8037 JWK). Pinned at first sign-in. */
  signingKey: z.object({
    kty: z.literal('OKP'),
    crv: z.literal('Ed25519'),
    x: z.string().min(43).max(44),
    kid: z.string().min(1).max(64),
  }),
  /** Present only when the school is the demo: credentials to offer on the sign-in screen. */
  demo: z.object({ email: z.string(), password: z.string() }).nullable(),
});
export type ServerInfo = z.infer<typeof serverInfoSchema>;
export type SigningKey = ServerInfo['signingKey'];

export const signInRequestSchema = z.object({
  email: z.string().trim().min(1).max(320),
  password: z.string().min(1).max(1024),
  /** One per installation of the app; leases are bound to it. */
  deviceId: z.string().min(1).max(64),
});

export const refreshRequestSchema = z.object({ refreshToken: z.string().min(1).max(4096) });

export const tokenResponseSchema = z.object({
  accessToken: z.string().min(1),
  refreshToken: z.string().min(1),
  /** Lifetime of the access token in seconds from the moment the answer is received. */
  expiresIn: z.int().positive(),
  student: studentSchema,
});
export type TokenResponse = z.infer<typeof tokenResponseSchema>;

/** Every refusal's body: `{"error": "Access denied", "code": "not_enrolled"}`. */
export const errorBodySchema = z.object({ error: z.string(), code: z.string() });
