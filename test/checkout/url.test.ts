import { describe, expect, it } from 'vitest';
import { isWebUrl } from '../../src/checkout/url.ts';

describe('isWebUrl', () => {
  it.each([
    'https://shop.example/thanks?session={CHECKOUT_SESSION_ID}',
    'http://127.0.0.1:3000/',
    'HTTPS://Shop.Example/a b',
    'https://ä.example/ö?q=%7B#x',
  ])('takes %s', (text) => expect(isWebUrl(text)).toBe(true));
  it.each([
    '',
    '/thanks',
    'shop.example',
    'javascript:alert(1)',
    'ftp://shop.example',
    'https://',
    'https:shop',
    'https://a\nb.example',
    'https://a b.example',
    '//shop.example',
  ])('refuses %j', (text) => expect(isWebUrl(text)).toBe(false));
});
