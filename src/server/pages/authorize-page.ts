import type { AuthorizationRequest } from '../../shared/api/auth.ts';
import { snakeCase } from '../../shared/api/codec.ts';
import { html, page } from './html.ts';

const languages = {
  en: {
    direction: 'ltr',
    title: 'Sign in to {school}',
    email: 'E-mail',
    password: 'Password',
    submit: 'Sign in',
    wrong_credentials: 'E-mail or password is wrong.',
    rate_limited: 'Too many attempts. Wait a minute and try again.',
    refused: 'This page was opened by something that may not sign you in. Close it, and begin again in Teachify.',
  },
  ar: {
    direction: 'rtl',
    title: 'تسجيل الدخول إلى {school}',
    email: 'البريد الإلكتروني',
    password: 'كلمة المرور',
    submit: 'تسجيل الدخول',
    wrong_credentials: 'البريد الإلكتروني أو كلمة المرور غير صحيحة.',
    rate_limited: 'محاولات كثيرة جدًا. انتظر دقيقة ثم حاول مرة أخرى.',
    refused: 'فُتحت هذه الصفحة من جهة لا يحق لها تسجيل دخولك. أغلقها وابدأ من جديد في Teachify.',
  },
} as const;

interface Face {
  readonly school: string;
  readonly acceptLanguage: string | undefined;
}

/** The page a student signs in on. It holds no script, and nothing that was typed into it comes back. */
export function authorizePage({ school, acceptLanguage }: Face, request: AuthorizationRequest, problem: 'wrong_credentials' | 'rate_limited' | null): { text: string; policy: string } {
  const language = languageOf(acceptLanguage);
  const words = languages[language];
  const title = words.title.replace('{school}', school);
  const hidden = Object.entries(request).map(([name, value]) => html`<input type="hidden" name="${snakeCase(name)}" value="${value ?? ''}">`);
  const body = html`<main><h1>${title}</h1>
${problem === null ? '' : html`<p role="alert">${words[problem]}</p>`}
<form method="post" autocomplete="on">${hidden}
<label>${words.email}<input name="email" type="email" autocomplete="username" required autofocus maxlength="320"></label>
<label>${words.password}<input name="password" type="password" autocomplete="current-password" required maxlength="1024"></label>
<button>${words.submit}</button></form></main>`;
  const { text, policy } = page({ title, style, language, direction: words.direction, body });
  // The redirect after the form counts as its action in Chromium; the grammar of policies has no address of IPv6.
  const { hostname, origin } = new URL(request.redirectUri);
  return { text, policy: hostname === '127.0.0.1' ? `${policy}; form-action 'self' ${origin}` : policy };
}

/** For a request that must not be answered with a redirect (RFC 6749 4.1.2.1). */
export function refusedPage({ school, acceptLanguage }: Face): { text: string; policy: string } {
  const language = languageOf(acceptLanguage);
  const { direction, refused } = languages[language];
  return page({ title: school, style, language, direction, body: html`<main><h1>${school}</h1><p role="alert">${refused}</p></main>` });
}

function languageOf(accepted = ''): keyof typeof languages {
  const first = accepted.split(',').map((range) => range.trim().slice(0, 2).toLowerCase()).find((tag) => tag in languages);
  return first === 'ar' ? 'ar' : 'en';
}

const style = `:root{color-scheme:light dark;font-family:system-ui,sans-serif}
main{max-inline-size:22rem;margin:12vh auto 0;padding:1.5rem}
h1{font-size:1.4rem}
form,label{display:grid;gap:.4rem}form{gap:1rem}
input,button{font:inherit;padding:.6rem .7rem;border:1px solid;border-radius:.4rem}
button{background:#1d4f91;border-color:#1d4f91;color:#fff;cursor:pointer}
:focus-visible{outline:3px solid #4c8bf5;outline-offset:2px}
[role=alert]{border-inline-start:4px solid #c0392b;padding:.5rem .8rem}`;
