import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { rowBytes } from './row-size.ts';

test('the measured bytes of a row are never fewer than it takes on the wire', () => {
  const field = fc.record({
    id: fc.constantFrom('str::email', 'str:cm:job-title', 'geo::city'),
    value: fc.oneof(
      fc.string({ unit: 'binary', size: 'max', maxLength: 2000 }),
      fc.integer(),
      fc.boolean(),
      fc.constant(null),
      fc.record({ name: fc.string() }),
      fc.array(fc.string({ unit: 'binary' })),
    ),
  });
  fc.assert(
    fc.property(fc.array(field, { maxLength: 12 }), (fields) => {
      const row = { fields: Object.fromEntries(fields.map(({ id, value }, index) => [`${id}${index}`, value])) };
      const named = fields.map(({ id, value }, index) => ({ id: `${id}${index}`, value }));
      expect(rowBytes(named)).toBeGreaterThanOrEqual(Buffer.byteLength(JSON.stringify(row)));
    }),
  );
});
