import { nameFault, nameFor } from './cohort-name';

it.each([
  ['Stopped before Payment: failed', [], 'stopped-before-payment-failed'],
  ['Réçu  zurück!', [], 'recu-zuruck'],
  ['支払い', [], 'cohort'],
  ['Paid', ['paid', 'paid-2'], 'paid-3'],
  ['x'.repeat(80), ['x'.repeat(64)], `${'x'.repeat(62)}-2`],
])('names %s', (title, taken, name) => {
  expect(nameFor(title, taken)).toBe(name);
  expect(nameFault(nameFor(title, taken))).toBeUndefined();
});

it('says what is wrong with a name', () => {
  expect(nameFault('Not This')).toMatch(/^The name must be 1 to 64 small letters/);
});
