import type { CountryCode } from 'libphonenumber-js/min';
import type { JsonObject } from '../../airbyte/protocol.ts';
import { mapActivity } from './map-activity.ts';
import { MAX_BYTES, rowBytes } from '../ortto/row-size.ts';
import { countryOf } from '../mapping/country.ts';
import type { PhoneCountry } from '../mapping/country.ts';
import { PERMISSIONS } from '../mapping/consent.ts';
import type { EntityMapping, MappedField } from '../mapping/entity.ts';
import { isTrue } from '../mapping/flags.ts';
import { salesforceId } from './identity.ts';
import { isNulled, rejection, valueAt } from './mapped.ts';
import type { LeftOut, Mapped, Problem, Rejection, UnlistedValue, Write, WriteField } from './mapped.ts';
import { optOutOf } from './opt-out.ts';
import { permissionOf } from './permission.ts';
import type { StreamMapping } from '../mapping/plan.ts';
import { EMAIL } from '../ortto/system-fields.ts';
import { convert } from './convert.ts';

/**
 * What becomes of one record. Pure: `now` (milliseconds since 1970) decides which activities are too old. `nulled` are the columns
 * whose value was lost on the way.
 */
export const mapRecord = (
  mapping: StreamMapping,
  data: JsonObject | undefined,
  now: number,
  nulled: readonly string[] = NONE,
): Mapped => {
  if (data === undefined) return rejection(undefined, { reason: 'no_data', field: undefined });
  const id = salesforceId(data['Id']);
  if (mapping.kind === 'none') return { kind: 'skip', id: id ?? '', reason: 'not_mapped' };
  if (id === undefined) {
    return mapping.kind === 'entity'
      ? mapWrite(mapping, data, undefined, nulled)
      : rejection(undefined, { reason: 'no_id', field: 'Id' });
  }
  if (isTrue(data['IsDeleted'])) return tombstone(mapping, data, id);
  if (mapping.kind === 'activity') return mapActivity(mapping, data, id, now, nulled);
  const contactId =
    mapping.handOver !== undefined && isTrue(data['IsConverted']) && salesforceId(data['ConvertedContactId']);
  return contactId ? { kind: 'hand_over', mapping, id, contactId } : mapWrite(mapping, data, id, nulled);
};

const tombstone = (mapping: StreamMapping, data: JsonObject, id: string): Mapped =>
  mapping.kind === 'entity' && mapping.archiveDeleted
    ? { kind: 'tombstone', mapping, id, masterId: salesforceId(data['MasterRecordId']) }
    : { kind: 'skip', id, reason: 'deleted' };

const NONE: readonly string[] = [];
const WHOLE: readonly LeftOut[] = [];
const NONE_UNLISTED: readonly UnlistedValue[] = [];

const mapWrite = (
  mapping: EntityMapping,
  data: JsonObject,
  id: string | undefined,
  nulled: readonly string[],
): Mapped => {
  const fields: WriteField[] = [];
  let leftOut = WHOLE;
  let cut = NONE;
  let unlisted = NONE_UNLISTED;
  const leaveOut = (field: string, reason: LeftOut['reason']): void => {
    leftOut = [...leftOut, { field, reason }];
  };
  const country = countryIn(mapping.phoneCountry, data);
  for (const field of mapping.fields) {
    const value = valueAt(data, field.path);
    if (isNulled(nulled, field.path) && (value ?? null) === null) leaveOut(field.from, 'nulled');
    else if (value !== undefined && PERMISSIONS.has(field.id)) {
      const permission = permissionOf(field, value);
      if (permission.optOut !== undefined) fields.push(permission.optOut);
      if (permission.unlisted !== undefined) unlisted = [...unlisted, permission.unlisted];
    } else if (value !== undefined) {
      const converted = toOrtto(field, value, country);
      if (converted.misfit !== undefined) leaveOut(field.from, converted.misfit);
      else {
        if (converted.cut) cut = [...cut, field.from];
        const clears = field.rule === 'overwrite' && field.nulls === 'clear';
        if (converted.value !== null || clears) {
          fields.push({ id: field.id, type: field.type, value: converted.value, rule: field.rule });
        }
      }
    }
  }
  const account = accountOf(mapping, data, nulled);
  if (typeof account === 'object' && account !== null) leaveOut(ACCOUNT_ID, account.reason);
  const accountId = typeof account === 'object' && account !== null ? undefined : account;
  if (mapping.account !== undefined && accountId !== undefined) {
    const { id: fieldId, rule } = mapping.account;
    if (accountId !== null || rule === 'overwrite') fields.push({ id: fieldId, type: 'text', value: accountId, rule });
  }
  const keys = keysOf(mapping, fields, id);
  const bytes = rowBytes(fields);
  const tokens = tokensOf(mapping, keys, id);
  const write = { mapping, id: id ?? '', fields, keys, tokens, accountId, bytes, cut, leftOut, unlisted };
  const [problem, ...others] = problemsOf(id, keys, bytes);
  return problem === undefined ? { kind: 'write', write } : rejected(write, problem, [...others, ...leftOut]);
};

/** Everything that keeps a record from being written; a value that fits no field does not. */
const problemsOf = (id: string | undefined, keys: Write['keys'], bytes: number): RejectedFor[] => [
  ...(id === undefined ? [{ reason: 'no_id', field: 'Id' } as const] : []),
  ...(id !== undefined && keys.length === 0 ? [{ reason: 'no_match_key', field: undefined } as const] : []),
  ...(bytes > MAX_BYTES ? [{ reason: 'record_too_large', field: undefined } as const] : []),
];

type RejectedFor = Pick<Rejection, 'reason' | 'field'>;

const rejected = (write: Write, problem: RejectedFor, others: readonly Problem[]): Mapped => {
  const refusal = rejection(write.id === '' ? undefined : write.id, problem, others);
  const optOut = optOutOf(write);
  if (optOut === undefined) return refusal;
  return {
    kind: 'opt_out',
    write: { ...optOut, tokens: tokensOf(optOut.mapping, optOut.keys, optOut.id) },
    rejection: refusal,
  };
};

/** An email must be valid, as a match key and as an address. */
const toOrtto = (
  { id, type }: MappedField,
  value: unknown,
  country: CountryCode | undefined,
): ReturnType<typeof convert> => convert(id === EMAIL ? 'email' : type, value, country);

/** Where a record's phone numbers belong that have no country code. */
const countryIn = (phoneCountry: PhoneCountry | undefined, data: JsonObject): CountryCode | undefined => {
  if (phoneCountry === undefined) return undefined;
  const { path, fallback } = phoneCountry;
  const value = path === undefined ? undefined : valueAt(data, path);
  return (typeof value === 'string' ? countryOf(value) : undefined) ?? fallback;
};

const ACCOUNT_ID = 'AccountId';

/** The id of the account; null for none, undefined if the record does not say, or why what it says is left out. */
const accountOf = (
  mapping: EntityMapping,
  data: JsonObject,
  nulled: readonly string[],
): string | null | undefined | Pick<LeftOut, 'reason'> => {
  if (mapping.account === undefined) return undefined;
  const value = data[ACCOUNT_ID];
  if ((value ?? null) === null && isNulled(nulled, [ACCOUNT_ID])) return { reason: 'nulled' };
  if (value === undefined || value === null) return value;
  if (value === '') return null;
  return salesforceId(value) ?? { reason: 'no_id' };
};

const keysOf = (mapping: EntityMapping, fields: readonly WriteField[], id: string | undefined): Write['keys'] => {
  const keys: { fieldId: string; value: unknown }[] = [];
  for (const fieldId of mapping.keys) {
    const value = fieldId === mapping.identity ? id : fields.find((field) => field.id === fieldId)?.value;
    if (value !== undefined && value !== null) keys.push({ fieldId, value });
  }
  return keys;
};

const tokensOf = ({ identity }: EntityMapping, keys: Write['keys'], id: string | undefined): Write['tokens'] => {
  const tokens = id === undefined || id === '' ? [] : [token(identity, id)];
  for (const { fieldId, value } of keys) if (fieldId !== identity) tokens.push(token(fieldId, value));
  return tokens;
};

/** Values that Ortto may treat as equal get one token: a token shared by mistake costs a wait, one missed causes a race. */
export const token = (fieldId: string, value: unknown): string =>
  `${fieldId} ${typeof value === 'string' ? value.trim().toLowerCase() : JSON.stringify(value).replaceAll(/\D/g, '').slice(-7)}`;
