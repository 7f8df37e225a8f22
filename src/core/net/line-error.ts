import { TeachifyError, type ErrorCode } from '../../shared/errors.ts';
import type { TransportRequest } from './ports.ts';

const codesOfLine: Readonly<Record<string, ErrorCode>> = {
  CERT_NOT_YET_VALID: 'clock_wrong',
  CERT_HAS_EXPIRED: 'clock_wrong',
  EPROTO: 'tls_failed',
  ETIMEDOUT: 'timeout',
  ENETDOWN: 'offline',
  ENETUNREACH: 'offline',
  EAI_AGAIN: 'offline',
  ERR_TOO_MANY_REDIRECTS: 'unexpected_answer',
  UND_ERR_CONNECT_TIMEOUT: 'timeout',
  UND_ERR_HEADERS_TIMEOUT: 'timeout',
  UND_ERR_BODY_TIMEOUT: 'timeout',
  UND_ERR_HEADERS_OVERFLOW: 'unexpected_answer',
};

const messages: Partial<Record<ErrorCode, string>> = {
  clock_wrong: 'The certificate is not valid at this time',
  tls_failed: 'The connection is not secure',
  timeout: 'The server did not answer in time',
  offline: 'There is no network',
  unexpected_answer: 'What answered does not speak as our server does',
  unreachable: 'The server cannot be reached',
};

/** What failed on the line, in our words. Addresses and headers stay out of the message. */
export function lineError(error: unknown, request: TransportRequest): TeachifyError {
  if (error instanceof TeachifyError) return error;
  if (request.signal?.aborted) return new TeachifyError('cancelled', 'The request was cancelled', { cause: error });
  return lineFailure(codeOf(error), error);
}

/** The same for whoever knows the code. */
export function lineFailure(code: ErrorCode, cause: unknown): TeachifyError {
  return new TeachifyError(code, messages[code] ?? code, { cause });
}

function codeOf(error: unknown): ErrorCode {
  const code = String((error as NodeJS.ErrnoException | null)?.code ?? '');
  const known = codesOfLine[code];
  if (known) return known;
  if (/CERT|TLS|SSL|SELF_SIGNED|UNABLE_TO_VERIFY/.test(code)) return 'tls_failed';
  const isSpeech = code.startsWith('HPE_') || (error as Error | null)?.name === 'HTTPParserError';
  return isSpeech ? 'unexpected_answer' : 'unreachable';
}
