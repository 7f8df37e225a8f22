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
  /**
   * How that key came after those of before, oldest first: compact JWS, each by one key over the JWK of the next, so that
   * whoever pinned one of them can follow. A server of an earlier version has only ever had one.
   */
  successions: z.array(z.string().max(2000)).max(1000).default([]),
  /** Where published files are got, followed by a slash and their name, when that is not from the server itself. */
  mediaBaseUrl: z.url({ protocol: /^https?$/ }).nullable().default(null),
  /** Present only when the school is the demo: credentials to offer on the sign-in screen. */
  demo: z.object({ email: z.string(), password: z.string() }).nullable(),
  /** Where a student signs in with the system's browser, as paths on the server; null when that is not offered. A server of an earlier version does not say. */
  oauth: z.object({ authorizationUrl: z.string().max(500), tokenUrl: z.string().max(500), clientId: z.string().max(100) }).nullable().default(null),
});
export type ServerInfo = z.infer<typeof serverInfoSchema>;
export type SigningKey = ServerInfo['signingKey'];
/** The `typ` in the header of a key's word for its successor. */
export const keySuccessionType = 'teachify-key-succession';

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

/**
 * Signing in with the system's browser: OAuth 2.0 authorization code (RFC 6749 4.1) with PKCE (RFC 7636, S256 only) and a
 * loopback redirect (RFC 8252 7.3). This is the query of the page that the browser opens.
 */
export const authorizationRequestSchema = z.object({
  responseType: z.literal('code'),
  clientId: z.string().min(1).max(100),
  /** By address, never by name, which another machine may answer to (RFC 8252 8.3); any port. */
  redirectUri: z.string().regex(/^http:\/\/(?:127\.0\.0\.1|\[::1\]):[1-9]\d{0,4}(?:\/[A-Za-z0-9._~/-]{0,200})?$/, 'must be an address of this machine'),
  state: z.string().regex(/^[\x21-\x7e]{1,500}$/, 'must be printable'),
  codeChallenge: z.string().regex(/^[A-Za-z0-9_-]{43}$/, 'must be a SHA-256 in base64url'),
  codeChallengeMethod: z.literal('S256'),
  scope: z.string().max(200).optional(),
});
export type AuthorizationRequest = z.infer<typeof authorizationRequestSchema>;

/** `application/x-www-form-urlencoded`, as RFC 6749 has it; `device_id` is ours. */
export const oauthTokenRequestSchema = z.discriminatedUnion('grantType', [
  z.object({
    grantType: z.literal('authorization_code'),
    code: z.string().min(1).max(200),
    redirectUri: authorizationRequestSchema.shape.redirectUri,
    clientId: authorizationRequestSchema.shape.clientId,
    codeVerifier: z.string().regex(/^[A-Za-z0-9._~-]{43,128}$/, 'must be a code verifier (RFC 7636 4.1)'),
    deviceId: signInRequestSchema.shape.deviceId,
  }),
  z.object({ grantType: z.literal('refresh_token'), refreshToken: refreshRequestSchema.shape.refreshToken, clientId: authorizationRequestSchema.shape.clientId }),
]);

/** RFC 6749 5.1, and what signing in by password answers as well. */
export const oauthTokenResponseSchema = tokenResponseSchema.extend({ tokenType: z.literal('Bearer') });

/** RFC 6749 5.2, with our code beside its own. */
export const oauthErrorSchema = z.object({
  error: z.enum(['invalid_request', 'invalid_client', 'invalid_grant', 'unsupported_grant_type', 'server_error']),
  errorDescription: z.string(),
  code: z.string(),
});

/** Every refusal's body: `{"error": "Access denied", "code": "not_enrolled"}`. */
export const errorBodySchema = z.object({ error: z.string(), code: z.string() });
