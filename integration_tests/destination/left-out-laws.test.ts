import * as fc from 'fast-check';
import { beforeEach, expect, test } from 'vitest';
import type { JsonObject } from '../../airbyte/protocol.ts';
import { idsToSendAgain, ledgerOf, liveWrite, record, rejections, state, stateIds } from './destination-run.ts';
import { FIELDS, contact, contactId, numbers } from './full-contacts.ts';
import { useOrtto } from './use-ortto.ts';

// Whatever a record holds and Ortto refuses of it: what is left out is counted, the rest arrives, and no opt-out is lost.

const ortto = useOrtto();
beforeEach(() => {
  ortto.limits.refusedFields = [];
});

const streams = { Contact: FIELDS };
const personOf = (number: number) => ortto.cdp.peopleWith('str:cm:salesforce-contact-id', contactId(number))[0]?.fields;

/** Fields of a contact with Ortto's ids. */
const REFUSABLE = [
  ['FirstName', 'str::first'],
  ['LastName', 'str::last'],
  ['Phone', 'phn::phone'],
  ['Title', 'str:cm:job-title'],
  ['Score__c', 'int:cm:score'],
  ['Email', 'str::email'],
] as const;

/** What becomes of two contacts, of whom one may have been there and may be out, where Ortto refuses so many fields. */
const expected = (refused: (typeof REFUSABLE)[number][], isOut: boolean, wasThere: boolean) => {
  const isTaken = refused.length <= 3;
  const left = Object.fromEntries(refused.map(([name]) => [name, { refused: 2 }]));
  return {
    states: [1],
    ledger: {
      created: isTaken ? (wasThere ? 1 : 2) : 0,
      merged: isTaken && wasThere ? 1 : 0,
      rejected: isTaken ? {} : { invalid: 2 },
      left_out: isTaken && refused.length > 0 ? left : undefined,
      opt_out_sent: !isTaken && isOut ? 1 : undefined,
    },
    subscribed: isOut ? false : isTaken || wasThere ? true : undefined,
    // Those of the person who was there stay, those of a rejected record never come.
    has: REFUSABLE.map(
      (each) =>
        wasThere || (isTaken ? !refused.includes(each) : each[0] === 'Email' && isOut && !refused.includes(each)),
    ),
    firstName: wasThere && (!isTaken || refused.some(([name]) => name === 'FirstName')) ? 'Old' : undefined,
    other: isTaken,
  };
};

/** One rule for all fields, or so many that the rows go out in two or three passes. */
const rules = fc.constantFrom(
  [],
  [{ from: 'Title', to: 'Job title', rule: 'if_empty' }],
  [
    { from: 'Title', to: 'Job title', rule: 'if_empty' },
    { from: 'Score__c', to: 'Score', rule: 'on_create' },
  ],
);

test('a row goes on without up to three fields that Ortto refuses; beyond that it is rejected, and says at most that it is out', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.subarray([...REFUSABLE]),
      fc.boolean(),
      fc.boolean(),
      rules,
      async (refused, isOut, wasThere, of) => {
        const config = { objects: [{ stream: 'Contact', fields: of }] };
        ortto.reset();
        ortto.limits.refusedFields = [];
        if (wasThere) await liveWrite(ortto, { streams, lines: [contact(1, { FirstName: 'Old' })], config });
        ortto.limits.refusedFields = refused.map(([, id]) => id);
        const lines = [contact(1, { HasOptedOutOfEmail: isOut }), contact(2), state('Contact', 1)];
        const run = await liveWrite(ortto, { streams, lines, config });
        const { created, merged, rejected, left_out, opt_out_sent } = ledgerOf(run, 'Contact');
        const person = personOf(1);
        expect({
          states: stateIds(run),
          ledger: { created, merged, rejected, left_out, opt_out_sent },
          subscribed: person?.['bol::p'],
          has: REFUSABLE.map(([, id]) => person !== undefined && id in person),
          firstName: person?.['str::first'] === 'Old' ? 'Old' : undefined,
          other: personOf(2) !== undefined,
        }).toEqual(expected(refused, isOut, wasThere));
      },
    ),
    { numRuns: 100, endOnFailure: true },
  );
}, 120_000);

const REJECTED_FOR = ['no_id', 'no_match_key', 'no_data', 'record_too_large'];

test('whatever records hold, they are rejected for four causes only, each is named once, the sums close, and no opt-out is lost', async () => {
  const value = fc.oneof(
    fc.anything({ maxDepth: 1 }),
    fc.constantFrom('a@b.co', 'B@B.co', '+47 22 33 44 55', 'x', 7, ''),
  );
  const field = fc.constantFrom('Email', 'Phone', 'FirstName', 'Score__c', 'AccountId', 'Born__c', 'Topics__c');
  const data = fc.record({
    more: fc.dictionary(field, value, { maxKeys: 4 }),
    id: fc.constantFrom('own', 'own', 'own', 'none', 'missing'),
    isOut: fc.boolean(),
  });
  const columns = { Contact: [...FIELDS, 'AccountId', 'Born__c', 'Topics__c'] };
  const matchBy = fc.constantFrom(['salesforce_id', 'email'], ['salesforce_id'], ['email'], ['phone', 'email']);
  await fc.assert(
    fc.asyncProperty(fc.array(data, { maxLength: 40 }), matchBy, async (given, keys) => {
      ortto.reset();
      // Everybody is there already, so that an opt-out always has somebody to reach.
      const people = numbers(given.length).map((number) => contact(number, { Phone: `+47 22 33 ${1000 + number}` }));
      await liveWrite(ortto, { streams: columns, lines: people });
      const lines = given.map(({ more, id, isOut }, number) => {
        const own = { own: { Id: contactId(number) }, none: { Id: 'none' }, missing: {} }[id];
        return record('Contact', { ...more, ...own, HasOptedOutOfEmail: isOut });
      });
      const config = { people: { match_by: keys } };
      const run = await liveWrite(ortto, { streams: columns, lines: [...lines, state('Contact', 1)], config });
      const named = idsToSendAgain(run, 'rejected');
      const rejected = ledgerOf(run, 'Contact')['rejected'] as JsonObject;
      const withId = rejections(run).filter(({ id }) => !String(id).startsWith('line '));
      // Whoever is found by an address alone becomes another person with another address.
      const isBound = (id: string) => keys.some((key) => key === 'salesforce_id') || named.includes(id);
      const lost = given.filter(
        ({ id, isOut }, number) =>
          id === 'own' && isOut && isBound(contactId(number)) && personOf(number)?.['bol::p'] === true,
      );
      expect([run.exitCode, stateIds(run), lost]).toEqual([0, [1], []]);
      expect(REJECTED_FOR).toEqual(expect.arrayContaining(Object.keys(rejected)));
      expect(named.toSorted()).toEqual(withId.map(({ id }) => String(id)).toSorted());
      expect([new Set(named).size, ortto.counts.badRequests]).toEqual([named.length, 0]);
    }),
    { numRuns: 30, endOnFailure: true },
  );
}, 120_000);
